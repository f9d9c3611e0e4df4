#include "recognition/send_command.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <opencv2/core.hpp>
#include <ostream>
#include <thread>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/hash.h"
#include "recognition/files.h"
#include "recognition/image.h"
#include "recognition/loose_json.h"
#include "recognition/shift.h"
#include "recognition/upload/upload_format.h"
#include "recognition/video_reading.h"
#include "recognition/video_source.h"
#include "recognition/wall_clock.h"

namespace alpr::recognition {
namespace {

constexpr int kFirstPauseMs = 250;
constexpr int kPauseMaxMs = 4000;
constexpr std::size_t kReadsMax = 64;
constexpr int kVideoEveryMs = 100;
constexpr std::int64_t kMsUs = 1000;

Result<TimeUs> modified_at(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return fail(ErrorCode::kNotFound, "there is no " + path.string());
  return TimeUs{std::int64_t{info.st_mtim.tv_sec} * kSecondUs + info.st_mtim.tv_nsec / 1000};
}

std::vector<std::filesystem::path> files_in(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::filesystem::path> inside;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (has_extension(entry.path(), {".jpg", ".jpeg", ".png"})) inside.push_back(entry.path());
    }
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

ReadFacts facts_of(const PlateCandidate& plate, const Credentials& device, TimeUs captured_at) {
  ReadFacts facts;
  facts.plate = plate.text;
  facts.confidence_ppm = plate.confidence_ppm;
  facts.captured_at = captured_at;
  facts.latitude_e7 = device.latitude_e7;
  facts.longitude_e7 = device.longitude_e7;
  facts.place = device.place;
  for (std::size_t i = 0; i < facts.box.size(); ++i) {
    facts.box[i] = {std::lround(plate.box[i].x), std::lround(plate.box[i].y)};
  }
  for (const PlateText& other : plate.alternatives) {
    facts.alternatives.push_back({other.text, other.confidence_ppm});
  }
  // What cannot be told is left out (I12-D-1).
  if (plate.color.name != kUnknownColor)
    facts.color = VehicleAttribute{std::string(plate.color.name), plate.color.confidence_ppm};
  return facts;
}

bool try_again(const ServerAnswer& answer) {
  return answer.status == 408 || answer.status == 425 || answer.status == 429 ||
         answer.status >= 500 || answer.status < 200;
}

bool server_has_it(const ServerAnswer& answer) {
  return answer.status == 200 || answer.status == 201 || answer.status == 410;
}

// One batch, with pauses; the answer is one that settles the batch.
Result<ServerAnswer> post_with_patience(const FlushPlan& plan, BytesView body, int& patience_ms) {
  for (int pause = kFirstPauseMs;; pause = std::min(2 * pause, kPauseMaxMs)) {
    Result<ServerAnswer> answer = plan.post(body);
    if (answer && !try_again(*answer)) return answer;
    if (patience_ms <= 0) {
      if (!answer) return answer;
      return fail(ErrorCode::kBusy, "the server can't take it now: " + reason_of(*answer));
    }
    const int wait = std::min(pause, patience_ms);
    plan.pause(wait);
    patience_ms -= wait;
  }
}

void tell(const FlushEvent& event, OutputForm form, std::ostream& out) {
  if (form == OutputForm::kText) {
    out << fmt::format("batch {}: {}\n", event.batch, reason_of(event.answer));
    return;
  }
  std::string line = fmt::format(R"({{"batch":{},"status":{})", event.batch, event.answer.status);
  if (const Result<chain::Json> answer = parse_loose_json(event.answer.body); answer) {
    line += ",\"answer\":" + chain::write(*answer);
  }
  out << line << "}\n";
}

class Sending {
 public:
  Sending(const SendRequest& request, const Credentials& device, std::ostream& out,
          std::ostream& log)
      : request_(request), device_(device), out_(out), log_(log) {}

  // The vehicle's copy of the lists, where a shift is on. Reads are sent without it just as well.
  int load_lists() {
    auto lists = load_shift(device_, wall_clock());
    if (!lists) return complain("no matching with local lists: " + lists.error().detail, 1);
    lists_ = std::move(*lists);
    return 0;
  }

  // Exit code so far.
  int enqueue_all(UploadQueue& queue) {
    const std::vector<std::filesystem::path> files = files_in(request_.paths);
    if (files.empty()) return 0;
    Result<PlateReader> reader = PlateReader::create();
    if (!reader) return complain(reader.error().detail, 3);
    std::vector<PlateReader> readers;
    readers.push_back(std::move(*reader));
    int exit_code = 0;
    for (const std::filesystem::path& file : files) {
      const int code = is_video_name(file) ? enqueue_video(queue, readers, file)
                                           : enqueue_one(queue, readers.front(), file);
      exit_code = std::max(exit_code, code);
    }
    return exit_code;
  }

 private:
  int complain(const std::string& what, int exit_code) {
    log_ << "plateledger-reader: " << what << '\n';
    return exit_code;
  }

  int enqueue_one(UploadQueue& queue, PlateReader& reader, const std::filesystem::path& photo) {
    const Result<Bytes> bytes = read_file(photo, kImageBytesMax);
    if (!bytes) return complain(bytes.error().detail, 2);
    const Result<TimeUs> taken =
        request_.captured_at ? Result<TimeUs>(*request_.captured_at) : modified_at(photo);
    if (!taken) return complain(taken.error().detail, 2);
    Result<std::vector<PlateCandidate>> plates = reader.read_encoded(*bytes);
    if (!plates) return complain(photo.string() + ": " + plates.error().detail, 2);
    return enqueue_picture(queue, photo.string(), *bytes, *taken, std::move(*plates));
  }

  // What was read in one picture. Exit code.
  int enqueue_picture(UploadQueue& queue, const std::string& name, BytesView picture, TimeUs taken,
                      std::vector<PlateCandidate> plates) {
    std::erase_if(plates, [&](const PlateCandidate& p) {
      return p.confidence_ppm < request_.confidence_min_ppm;
    });
    std::optional<LocalMatching> matching;
    if (lists_) {
      if (wall_clock() < lists_->list.valid_until)
        matching.emplace(
            LocalMatching{*lists_, wall_clock(), [&](const LocalAlert& alert) { tell(alert); }});
    }
    const auto batch =
        enqueue_photo(queue, device_, picture, taken, plates, matching ? &*matching : nullptr);
    if (!batch) {
      return complain(name + ": " + batch.error().detail,
                      batch.error().code == ErrorCode::kMalformed ? 2 : 3);
    }
    if (request_.form == OutputForm::kText) {
      out_ << name
           << (*batch ? fmt::format(": {} plates, batch {}\n", plates.size(), **batch)
                      : std::string(": no plate\n"));
    }
    return 0;
  }

  // A video's first frame: what the operator says, or so long before the file was finished as it
  // lasts. Never guessed: a read of another time is evidence of something that was not.
  Result<TimeUs> began_at(const std::filesystem::path& video, const VideoFile& file,
                          std::int64_t duration_ms) const {
    if (request_.captured_at) return *request_.captured_at;
    if (!file.complete || duration_ms <= 0) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("the video {}, so when it began is not known: give --captured-at",
                              file.complete ? "does not say how long it is" : "ends early"));
    }
    const Result<TimeUs> ended = modified_at(video);
    if (!ended) return ended;
    return TimeUs{ended->value - duration_ms * kMsUs};
  }

  // One read a passage, with its best picture and of that picture's time. Exit code.
  int enqueue_video(UploadQueue& queue, std::vector<PlateReader>& readers,
                    const std::filesystem::path& video) {
    const auto refuse = [&](const Error& error) {
      return complain(video.string() + ": " + error.detail, 2);
    };
    const Result<VideoFile> file = inspect_video(video);
    if (!file) return refuse(file.error());
    Result<VideoSource> source = VideoSource::open_file(video, kVideoEveryMs);
    if (!source) return refuse(source.error());
    const Result<TimeUs> began = began_at(video, *file, source->duration_ms());
    if (!began) return refuse(began.error());
    int exit_code = 0;
    std::int64_t passages = 0;
    VideoPlan plan;
    plan.next = [&] { return source->next(); };
    plan.stopped = [&] { return exit_code == 3; };
    plan.looked = [](const Frame&) {};
    plan.told = [&](const PassageReading& one) {
      ++passages;
      const std::string name =
          fmt::format("{}, {:.1f} s", video.string(), static_cast<double>(one.picture_ms) / 1000);
      const TimeUs taken{began->value + one.picture_ms * kMsUs};
      exit_code = std::max(exit_code,
                           enqueue_picture(queue, name, one.picture, taken, {one.passage.plate}));
    };
    const VideoOutcome outcome = read_passages(readers, plan);
    if (outcome.failed) return std::max(exit_code, refuse(*outcome.failed));
    if (outcome.frames == 0 && exit_code == 0) {
      return refuse({ErrorCode::kMalformed, "video: no frame in it can be decoded"});
    }
    if (!file->complete) {
      return std::max(exit_code, refuse({ErrorCode::kMalformed,
                                         "ends early: the file is shorter than it says; what "
                                         "there is was read"}));
    }
    if (passages == 0 && request_.form == OutputForm::kText)
      out_ << video.string() << ": no plate\n";
    return exit_code;
  }

  // At once: the operator is beside it.
  void tell(const LocalAlert& alert) {
    out_ << (request_.form == OutputForm::kJson ? to_json(alert) : to_text(alert)) << std::endl;
  }

  const SendRequest& request_;
  const Credentials& device_;
  std::optional<TakenLists> lists_;
  std::ostream& out_;
  std::ostream& log_;
};

}  // namespace

Result<std::optional<std::uint64_t>> enqueue_photo(UploadQueue& queue, const Credentials& device,
                                                   BytesView photo, TimeUs captured_at,
                                                   const std::vector<PlateCandidate>& plates,
                                                   const LocalMatching* matching) {
  if (plates.empty()) return std::optional<std::uint64_t>();
  const Result<ImageHeader> header = inspect_image(photo);
  if (!header) return tl::unexpected(header.error());
  std::vector<ReadFacts> reads;
  const Digest digest = chain::sha256(photo);
  for (const PlateCandidate& plate : plates) {
    if (reads.size() == kReadsMax) break;
    ReadFacts& read = reads.emplace_back(facts_of(plate, device, captured_at));
    read.image_sha256 = digest;
    read.image_bytes = reads.size() == 1 ? static_cast<std::int64_t>(photo.size()) : 0;
    read.image_type = media_type(header->type);
  }
  const Result<std::uint64_t> number =
      enqueue_reads(queue, device, std::move(reads), {photo}, matching);
  if (!number) return tl::unexpected(number.error());
  return std::optional(*number);
}

Result<std::uint64_t> enqueue_reads(UploadQueue& queue, const Credentials& device,
                                    std::vector<ReadFacts> reads,
                                    const std::vector<BytesView>& images,
                                    const LocalMatching* matching) {
  UploadBatch batch{device.origin, device.device, 0, std::nullopt, {}, {}};
  for (ReadFacts& facts : reads) {
    // A read that the format refuses must not use up a number.
    if (const Result<void> checked = check_facts(facts); !checked)
      return tl::unexpected(checked.error());
    SignedRead& read = batch.reads.emplace_back();
    chain::random_bytes(read.salt);
    read.facts = std::move(facts);
  }
  std::vector<LocalAlert> alerts;
  if (matching != nullptr) alerts = match_locally(matching->copy, matching->now, batch.reads);
  const Result<std::uint64_t> number = queue.reserve_batch();
  if (!number) return tl::unexpected(number.error());
  batch.batch = *number;
  batch.previous = queue.last_link();
  if (const Result<void> done = sign_upload(batch, device.key); !done)
    return tl::unexpected(done.error());
  const Result<Bytes> body = encode_upload(batch, images);
  if (!body) return tl::unexpected(body.error());
  if (const Result<void> put = queue.put(*number, *body, link_of(batch)); !put)
    return tl::unexpected(put.error());
  for (const LocalAlert& alert : alerts) matching->alert(alert);
  return *number;
}

Result<FlushResult> flush(UploadQueue& queue, const FlushPlan& plan) {
  const Result<std::vector<std::uint64_t>> batches = queue.pending();
  if (!batches) return tl::unexpected(batches.error());
  FlushResult result;
  result.counts.pending = batches->size();
  int patience_ms = plan.retry_seconds * 1000;
  for (const std::uint64_t batch : *batches) {
    const Result<Bytes> body = queue.load(batch);
    if (!body && body.error().code != ErrorCode::kCorrupt) return tl::unexpected(body.error());
    // What does not open never will; the batches behind it are not held up by it.
    const Result<ServerAnswer> answer =
        body ? post_with_patience(plan, *body, patience_ms) : ServerAnswer{0, body.error().detail};
    if (!answer) {
      result.stopped = answer.error();
      return result;
    }
    const bool accepted = server_has_it(*answer);
    const Result<void> settled =
        accepted ? queue.remove(batch)
                 : queue.set_aside(batch, reason_of(*answer) + "\n" + answer->body);
    if (!settled) return tl::unexpected(settled.error());
    ++(accepted ? result.counts.sent : result.counts.refused);
    --result.counts.pending;
    plan.told({batch, *answer});
  }
  return result;
}

int flush_to_server(UploadQueue& queue, const Credentials& device, UploadClient& client,
                    int retry_seconds, OutputForm form, std::ostream& out, std::ostream& log) {
  const auto complain = [&](const std::string& what) {
    log << "plateledger-reader: " << what << '\n';
    return 3;
  };
  const FlushPlan plan{device.device, retry_seconds,
                       [&](BytesView body) { return client.post_upload(device.device, body); },
                       [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); },
                       [&](const FlushEvent& event) { tell(event, form, out); }};
  const Result<FlushResult> result = flush(queue, plan);
  if (!result) return complain(result.error().detail);
  const FlushCounts& counts = result->counts;
  if (form == OutputForm::kJson) {
    out << fmt::format(R"({{"sent":{},"refused":{},"pending":{}}})", counts.sent, counts.refused,
                       counts.pending);
  } else {
    out << fmt::format("{} sent, {} refused, {} kept in the queue", counts.sent, counts.refused,
                       counts.pending);
  }
  out << '\n';
  if (result->stopped) {
    return complain(fmt::format("{}; {} batches are kept in {}", result->stopped->detail,
                                counts.pending, device.queue.string()));
  }
  return counts.refused > 0 ? 1 : 0;
}

int run_send(const SendRequest& request, std::ostream& out, std::ostream& log) {
  cv::setNumThreads(1);
  chain::init_crypto();
  const auto give_up = [&](const Error& error, int exit_code) {
    log << "plateledger-reader: " << error.detail << '\n';
    return exit_code;
  };
  const Result<Credentials> device = load_credentials(request.credentials);
  if (!device) return give_up(device.error(), 2);
  Result<UploadClient> client = UploadClient::open({request.server, device->server_certificate});
  if (!client) return give_up(client.error(), 2);
  Result<UploadQueue> queue = UploadQueue::open(device->queue, wall_clock(), device->key);
  if (!queue) return give_up(queue.error(), 3);
  Sending sending(request, *device, out, log);
  const int listing = sending.load_lists();
  const int reading = sending.enqueue_all(*queue);
  const int posting =
      flush_to_server(*queue, *device, *client, request.retry_seconds, request.form, out, log);
  if (posting == 3 || reading == 3) return 3;
  if (reading != 0) return reading;
  return posting != 0 ? posting : listing;
}

}  // namespace alpr::recognition
