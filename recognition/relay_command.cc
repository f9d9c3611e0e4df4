#include "recognition/relay_command.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <ostream>
#include <set>
#include <thread>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/hash.h"
#include "recognition/files.h"
#include "recognition/image.h"
#include "recognition/send_command.h"
#include "recognition/upload_client.h"
#include "recognition/wall_clock.h"

namespace alpr::recognition {
namespace {

constexpr int kStillWrittenSeconds = 60;
constexpr int kRetryEverySeconds =
    10;  // what is queued and was not sent, where nothing is looked at
constexpr std::size_t kMessagesMax = 10'000;  // of one look; the next look takes the rest

// A file's age in seconds; 0 where it can't be told.
std::int64_t age_seconds(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return 0;
  return wall_clock().value / kSecondUs - std::int64_t{info.st_mtim.tv_sec};
}

// One enrolled device with its queue. The queue is locked as long as this lives.
struct Relayed {
  Credentials device;
  UploadQueue queue;
  UploadClient client;
};

bool is_bad_input(const Error& error) {
  return error.code == ErrorCode::kMalformed || error.code == ErrorCode::kTooLarge;
}

class Relay {
 public:
  Relay(const RelayRequest& request, std::ostream& out, std::ostream& log)
      : request_(request), out_(out), log_(log) {}

  // 0, or the exit code for what is missing.
  int open() {
    for (const RelayedCamera& camera : request_.cameras) {
      Result<Credentials> device = load_credentials(camera.credentials);
      if (!device) return complain(device.error().detail, 2);
      Result<UploadClient> client =
          UploadClient::open({request_.server, device->server_certificate});
      if (!client) return complain(client.error().detail, 2);
      Result<UploadQueue> queue = UploadQueue::open(device->queue, wall_clock(), device->key);
      if (!queue) return complain(queue.error().detail, 3);
      const bool added =
          cameras_
              .try_emplace(camera.name,
                           Relayed{std::move(*device), std::move(*queue), std::move(*client)})
              .second;
      if (!added) return complain("--camera names " + camera.name + " twice", 2);
    }
    return 0;
  }

  // A message that was posted: 200 once its reads are queued and synced. Any thread.
  Taken receive(const std::string& text) {
    const Result<ForeignMessage> message = parse_message(text);
    if (!message) return refuse(400, message.error().detail);
    Result<std::optional<std::uint64_t>> batch = enqueue(*message);
    if (!batch) {
      const int status = batch.error().code == ErrorCode::kNotFound ? 404
                         : is_bad_input(batch.error())              ? 400
                                                                    : 503;
      return refuse(status, batch.error().detail);
    }
    arrived_ = true;
    tell("(posted)", *message, *batch);
    return {200, *batch ? fmt::format("batch {}", **batch) : std::string("nothing to queue")};
  }
  // Whether something was posted since the last time that this was asked.
  bool something_arrived() { return arrived_.exchange(false); }

  // Takes every message there is and sends what is queued; the exit code.
  int look() {
    int taking = 0;
    for (const std::filesystem::path& path : messages()) taking = std::max(taking, take(path));
    int sending = 0;
    for (auto& [name, camera] : cameras_) {
      sending =
          std::max(sending, flush_to_server(camera.queue, camera.device, camera.client,
                                            request_.retry_seconds, request_.form, out_, log_));
    }
    if (sending == 3 || taking == 3) return 3;
    return taking != 0 ? taking : sending;
  }

 private:
  // As one batch of the camera's device, or nothing. kNotFound: no --camera names it.
  Result<std::optional<std::uint64_t>> enqueue(const ForeignMessage& message) {
    if (message.reads.empty()) return std::optional<std::uint64_t>();
    auto camera = cameras_.find(message.camera);
    if (camera == cameras_.end()) camera = cameras_.find("*");
    if (camera == cameras_.end())
      return fail(ErrorCode::kNotFound, "no --camera names the camera \"" + message.camera + "\"");
    const std::lock_guard<std::mutex> lock(queueing_);
    return enqueue_message(camera->second.queue, camera->second.device, message);
  }

  Taken refuse(int status, const std::string& why) {
    complain("(posted): " + why, 0);
    return {status, why};
  }

  int complain(const std::string& what, int exit_code) {
    const std::lock_guard<std::mutex> lock(telling_);
    log_ << "plateledger-reader: " << what << '\n';
    return exit_code;
  }

  std::vector<std::filesystem::path> messages() {
    std::vector<std::filesystem::path> found;
    for (const std::filesystem::path& path : request_.paths) {
      std::error_code error;
      if (!std::filesystem::is_directory(path, error)) {
        found.push_back(path);
        continue;
      }
      for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
        if (found.size() < kMessagesMax && has_extension(entry.path(), {".json", ".xml"})) {
          found.push_back(entry.path());
        }
      }
      if (error) complain("can't look into " + path.string() + ": " + error.message(), 3);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  // A message that is wrong stays where it is. While the relay watches a folder, it is complained
  // of once, and not before it had time to be written to its end.
  int wrong(const std::filesystem::path& path, const std::string& what, int exit_code) {
    if (request_.every_seconds > 0) {
      if (age_seconds(path) < kStillWrittenSeconds) return 0;
      if (!complained_.insert(path).second) return 0;
    }
    return complain(path.string() + ": " + what, exit_code);
  }

  int take(const std::filesystem::path& path) {
    const Result<Bytes> bytes = read_file(path, kMessageBytesMax);
    if (!bytes) return complain(bytes.error().detail, 2);
    const Result<ForeignMessage> message =
        parse_message({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    if (!message) return wrong(path, message.error().detail, 2);
    const auto batch = enqueue(*message);
    if (!batch) {
      const bool wrong_message =
          batch.error().code == ErrorCode::kNotFound || is_bad_input(batch.error());
      return wrong_message ? wrong(path, batch.error().detail, 2)
                           : complain(batch.error().detail, 3);
    }
    if (request_.consume) {
      if (const Result<void> gone = remove_file_durably(path); !gone) {
        return complain(gone.error().detail, 3);
      }
    }
    tell(path.string(), *message, *batch);
    return 0;
  }

  void tell(const std::string& from, const ForeignMessage& message,
            std::optional<std::uint64_t> batch) {
    const std::lock_guard<std::mutex> lock(telling_);
    if (request_.form == OutputForm::kJson) {
      out_ << message_json(from, message, batch) << '\n';
      return;
    }
    std::int64_t dropped = 0;
    for (const auto& [name, times] : message.dropped.by_name()) dropped += times;
    out_ << fmt::format("{}: {} reads{}, {} attributes dropped", from, message.reads.size(),
                        batch ? fmt::format(", batch {}", *batch) : std::string(), dropped);
    if (message.without_picture + message.without_plate > 0) {
      out_ << fmt::format(", {} reads left out ({} without a picture, {} without a plate)",
                          message.without_picture + message.without_plate, message.without_picture,
                          message.without_plate);
    }
    out_ << '\n';
  }

  const RelayRequest& request_;
  std::ostream& out_;
  std::ostream& log_;
  std::map<std::string, Relayed> cameras_;
  std::mutex queueing_;  // a batch names the one before it: one at a time
  std::mutex telling_;   // out_ and log_
  std::atomic<bool> arrived_ = false;
  std::set<std::filesystem::path> complained_;
};

// The plate's corners are not known in a crop that the camera cut out: the whole picture.
PlateBox whole(const ImageHeader& picture) {
  return {{{0, 0}, {picture.width, 0}, {picture.width, picture.height}, {0, picture.height}}};
}

}  // namespace

Result<RelayedCamera> parse_relayed_camera(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) {
    return fail(ErrorCode::kMalformed,
                "--camera is NAME=FILE: the camera's name at its maker, and "
                "the credentials of the device it is enrolled as");
  }
  return RelayedCamera{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Result<std::optional<std::uint64_t>> enqueue_message(UploadQueue& queue, const Credentials& device,
                                                     const ForeignMessage& message) {
  if (message.reads.empty()) return std::optional<std::uint64_t>();
  std::vector<ReadFacts> reads;
  std::vector<BytesView> images;
  for (const ForeignRead& read : message.reads) {
    const Result<ImageHeader> header = inspect_image(read.picture);
    if (!header) return tl::unexpected(header.error());
    ReadFacts& facts = reads.emplace_back();
    facts.plate = read.plate;
    facts.confidence_ppm = read.confidence_ppm;
    facts.captured_at = read.captured_at;
    const bool placed = read.latitude_e7 && read.longitude_e7;
    facts.latitude_e7 = placed ? *read.latitude_e7 : device.latitude_e7;
    facts.longitude_e7 = placed ? *read.longitude_e7 : device.longitude_e7;
    facts.place = device.place;
    facts.box = whole(*header);
    facts.alternatives = read.alternatives;
    facts.color = read.color;
    facts.make = read.make;
    facts.model = read.model;
    if (facts.color || facts.make || facts.model) facts.vehicle_source = message.maker;
    facts.image_sha256 = chain::sha256(read.picture);
    facts.image_bytes = static_cast<std::int64_t>(read.picture.size());
    facts.image_type = media_type(header->type);
    images.push_back(read.picture);
  }
  const Result<std::uint64_t> number = enqueue_reads(queue, device, std::move(reads), images);
  if (!number) return tl::unexpected(number.error());
  return std::optional(*number);
}

std::string message_json(const std::string& file, const ForeignMessage& message,
                         std::optional<std::uint64_t> batch) {
  using chain::Json;
  Json::Object dropped;
  for (const auto& [name, times] : message.dropped.by_name())
    dropped.emplace_back(name, Json(times));
  Json::Object line{{"file", Json(file)}, {"camera", Json(message.camera)}};
  if (batch) line.emplace_back("batch", Json(static_cast<std::int64_t>(*batch)));
  line.emplace_back("reads", Json(static_cast<std::int64_t>(message.reads.size())));
  line.emplace_back("without_picture", Json(message.without_picture));
  line.emplace_back("without_plate", Json(message.without_plate));
  line.emplace_back("dropped", Json(std::move(dropped)));
  return chain::write(Json(std::move(line)));
}

int run_relay(const RelayRequest& request, const std::atomic<bool>& stop, std::ostream& out,
              std::ostream& log) {
  chain::init_crypto();
  const auto give_up = [&](const std::string& what, int exit_code) {
    log << "plateledger-reader: " << what << '\n';
    return exit_code;
  };
  if (request.every_seconds > 0 && !request.consume)
    return give_up("--every needs --consume: else each look would send every message again", 2);
  if (request.paths.empty() && !request.listen)
    return give_up("nothing to relay: name a message, a folder of them, or --listen", 2);
  Relay relay(request, out, log);
  if (const int opened = relay.open(); opened != 0) return opened;
  std::optional<RelayListener> listener;
  if (request.listen) {
    auto listening = RelayListener::open(
        *request.listen, [&](const std::string& message) { return relay.receive(message); });
    if (!listening)
      return give_up(listening.error().detail,
                     listening.error().code == ErrorCode::kMalformed ? 2 : 3);
    listener = std::move(*listening);
    if (request.listening) request.listening(listener->port());
  }
  int exit_code = relay.look();
  while ((request.every_seconds > 0 || request.listen) && !stop) {
    const int every = request.every_seconds > 0 ? request.every_seconds : kRetryEverySeconds;
    for (int tenths = every * 10; tenths > 0 && !stop && !relay.something_arrived(); --tenths)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (!stop) exit_code = relay.look();
    out.flush();
  }
  listener.reset();
  return exit_code;
}

}  // namespace alpr::recognition
