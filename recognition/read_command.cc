#include "recognition/read_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <ostream>
#include <thread>

#include "ledger/chain/canonical_json.h"
#include "recognition/confidence.h"
#include "recognition/files.h"
#include "recognition/image.h"

namespace alpr::recognition {
namespace {

using chain::Json;

PhotoReading read_photo(PlateReader& reader, const std::filesystem::path& path) {
  const auto started = std::chrono::steady_clock::now();
  const Result<Bytes> bytes = read_file(path, kImageBytesMax);
  PhotoReading out{bytes ? reader.read_encoded(*bytes) : tl::unexpected(bytes.error()), 0};
  out.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::steady_clock::now() - started)
                         .count();
  return out;
}

Result<void> draw_photo(const std::filesystem::path& path, const std::filesystem::path& folder,
                        const std::vector<PlateCandidate>& plates) {
  const Result<Bytes> bytes = read_file(path, kImageBytesMax);
  if (!bytes) return tl::unexpected(bytes.error());
  const Result<cv::Mat> picture = decode_image(*bytes);
  if (!picture) return tl::unexpected(picture.error());
  try {
    for (const PlateCandidate& plate : plates) {
      std::vector<cv::Point> corners;
      for (const cv::Point2f& p : plate.box) corners.emplace_back(cvRound(p.x), cvRound(p.y));
      cv::polylines(*picture, corners, /*isClosed=*/true, cv::Scalar(0, 220, 0), 2, cv::LINE_AA);
      const std::string label = fmt::format("{} {}%", plate.text, plate.confidence_ppm / 10'000);
      cv::putText(*picture, label, corners[3] + cv::Point(0, 24), cv::FONT_HERSHEY_SIMPLEX, 0.8,
                  cv::Scalar(0, 220, 0), 2, cv::LINE_AA);
    }
    Bytes jpeg;
    cv::imencode(".jpg", *picture, jpeg);
    return write_file_durably(folder / (path.stem().string() + ".jpg"), jpeg);
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kIo, "drawing " + path.string() + ": " + error.err);
  }
}

// Photos are read in any order by several threads and told in the order that they were named.
class Readings {
 public:
  explicit Readings(std::size_t count) : slots_(count) {}
  std::optional<std::size_t> next() {
    const std::size_t index = next_++;
    return index < slots_.size() ? std::optional(index) : std::nullopt;
  }
  void put(std::size_t index, PhotoReading reading) {
    const std::lock_guard lock(mutex_);
    slots_[index] = std::move(reading);
    ready_.notify_all();
  }
  PhotoReading take(std::size_t index) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return slots_[index].has_value(); });
    return std::move(*slots_[index]);
  }

 private:
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<std::optional<PhotoReading>> slots_;
};

void work(PlateReader reader, const ReadRequest& request, Readings& readings) {
  while (const std::optional<std::size_t> index = readings.next()) {
    readings.put(*index, read_photo(reader, request.images[*index]));
  }
}

void tell(const std::string& image, const PhotoReading& reading, OutputForm form,
          std::ostream& out) {
  if (form == OutputForm::kJson) {
    out << photo_json(image, reading) << '\n' << std::flush;
    return;
  }
  if (!reading.plates) return;
  if (reading.plates->empty()) out << image << ": no plate\n";
  for (const PlateCandidate& plate : *reading.plates) {
    out << fmt::format("{}: {} ({:.1f} %{})\n", image, plate.text,
                       static_cast<double>(plate.confidence_ppm) / 10'000,
                       plate.confidence_ppm < kSurePpm ? ", uncertain" : "");
  }
}

Json::Array box_json(const std::array<cv::Point2f, 4>& box) {
  Json::Array corners;
  for (const cv::Point2f& p : box) {
    corners.emplace_back(
        Json::Array{Json(std::int64_t{cvRound(p.x)}), Json(std::int64_t{cvRound(p.y)})});
  }
  return corners;
}

// A path may hold any bytes; JSON may not.
std::string utf8_or_escaped(const std::string& text) {
  if (chain::valid_utf8(text)) return text;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x80 ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace

std::string photo_json(const std::string& image, const PhotoReading& reading) {
  Json::Array plates;
  if (reading.plates) {
    for (const PlateCandidate& plate : *reading.plates) {
      Json::Array alternatives;
      for (const PlateText& other : plate.alternatives) {
        alternatives.emplace_back(
            Json::Object{{"text", Json(other.text)}, {"confidence", Json(other.confidence_ppm)}});
      }
      plates.emplace_back(Json::Object{{"text", Json(plate.text)},
                                       {"confidence", Json(plate.confidence_ppm)},
                                       {"uncertain", Json(plate.confidence_ppm < kSurePpm)},
                                       {"box", Json(box_json(plate.box))},
                                       {"alternatives", Json(std::move(alternatives))}});
    }
  }
  Json::Object object{{"image", Json(utf8_or_escaped(image))},
                      {"ms", Json(reading.milliseconds)},
                      {"plates", Json(std::move(plates))}};
  if (!reading.plates)
    object.emplace_back("error", Json(utf8_or_escaped(reading.plates.error().detail)));
  return chain::write(Json(std::move(object)));
}

int run_read(const ReadRequest& request, std::ostream& out, std::ostream& log) {
  cv::setNumThreads(1);
  const std::size_t jobs =
      std::clamp<std::size_t>(request.jobs, 1, std::max<std::size_t>(1, request.images.size()));
  std::vector<PlateReader> readers;
  for (std::size_t i = 0; i < jobs; ++i) {
    Result<PlateReader> reader = PlateReader::create();
    if (!reader) {
      log << "plateledger-reader: " << reader.error().detail << '\n';
      return 3;
    }
    readers.push_back(std::move(*reader));
  }
  Readings readings(request.images.size());
  std::vector<std::jthread> threads;
  for (PlateReader& reader : readers) {
    threads.emplace_back([&request, &readings, mine = std::move(reader)]() mutable {
      work(std::move(mine), request, readings);
    });
  }
  int exit_code = 0;
  for (std::size_t i = 0; i < request.images.size(); ++i) {
    const PhotoReading reading = readings.take(i);
    const std::string image = request.images[i].string();
    tell(image, reading, request.form, out);
    if (!reading.plates) {
      log << image << ": " << reading.plates.error().detail << '\n';
      exit_code = std::max(exit_code, 2);
    } else if (!request.draw.empty()) {
      const Result<void> drawn = draw_photo(request.images[i], request.draw, *reading.plates);
      if (!drawn) {
        log << drawn.error().detail << '\n';
        exit_code = 3;
      }
    }
  }
  return exit_code;
}

}  // namespace alpr::recognition
