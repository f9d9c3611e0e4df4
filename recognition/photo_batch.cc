#include "recognition/photo_batch.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "recognition/files.h"
#include "recognition/image.h"

namespace alpr::recognition {
namespace {

PhotoReading read_photo(PlateReader& reader, const std::filesystem::path& path) {
  const auto started = std::chrono::steady_clock::now();
  const Result<Bytes> bytes = read_file(path, kImageBytesMax);
  PhotoReading out{bytes ? reader.read_encoded(*bytes) : tl::unexpected(bytes.error()), 0};
  out.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::steady_clock::now() - started)
                         .count();
  return out;
}

// Where the threads put what they read, in any order.
class Slots {
 public:
  Slots(std::size_t count, std::size_t threads) : slots_(count), working_(threads) {}
  std::optional<std::size_t> next() {
    const std::size_t index = next_++;
    return index < slots_.size() ? std::optional(index) : std::nullopt;
  }
  void put(std::size_t index, PhotoReading reading) {
    const std::lock_guard lock(mutex_);
    slots_[index] = std::move(reading);
    ready_.notify_all();
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    --working_;
    ready_.notify_all();
  }
  // Nothing where all threads ended without it.
  std::optional<PhotoReading> take(std::size_t index) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return slots_[index].has_value() || working_ == 0; });
    return std::move(slots_[index]);
  }

 private:
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<std::optional<PhotoReading>> slots_;
  std::size_t working_;
};

}  // namespace

std::size_t read_photos(std::vector<PlateReader>& readers, const PhotoBatch& batch) {
  ALPR_CHECK(!readers.empty());
  Slots slots(batch.photos.size(), readers.size());
  std::vector<std::jthread> threads;
  for (PlateReader& reader : readers) {
    threads.emplace_back([&] {
      while (!batch.stopped()) {
        const std::optional<std::size_t> index = slots.next();
        if (!index) break;
        slots.put(*index, read_photo(reader, batch.photos[*index]));
      }
      slots.leave();
    });
  }
  std::size_t read = 0;
  for (std::size_t i = 0; i < batch.photos.size(); ++i) {
    const std::optional<PhotoReading> reading = slots.take(i);
    if (!reading) continue;
    batch.told(i, *reading);
    ++read;
  }
  return read;
}

}  // namespace alpr::recognition
