// What a city's readers cost the server: signed batches over HTTPS on loopback, compared with 1.5
// million plates of a hot list, each batch durable before it is answered. Prints one JSON object.
//
// Usage: uploads [--seconds S] [--plates N] [--reads-per-batch N]. The server runs in this process;
// the clients' threads are counted apart, because a reader's work is not the server's.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "api/commands/process_memory.h"
#include "api/http_client/http_client.h"
#include "api/service.h"
#include "ledger/chain/hash.h"
#include "ledger/store/store.h"
#include "policy/registers/hotlist_csv.h"
#include "tests/api/department.h"
#include "tests/api/event_peer.h"

extern "C" int malloc_trim(std::size_t pad) noexcept;  // glibc's, of malloc.h

namespace {

using namespace alpr;
using alpr::api::testing::Department;
using Seconds = std::chrono::duration<double>;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kPlates = 175'760'000;  // that plate() tells apart
constexpr int kClients = 2;
constexpr std::size_t kPictureBytes = 10'000;  // one photo a batch

struct Options {
  double seconds = 10;
  std::uint64_t plates = 1'500'000;
  std::size_t reads_per_batch = 64;
};

// 9AAA999, as California's plates are; different for each number below 175 million.
std::string plate(std::uint64_t number) {
  std::string text(7, '0');
  const auto take = [&](std::size_t at, char first, std::uint64_t count) {
    text[at] = static_cast<char>(first + static_cast<char>(number % count));
    number /= count;
  };
  for (const std::size_t at : {6U, 5U, 4U}) take(at, '0', 10);
  for (const std::size_t at : {3U, 2U, 1U}) take(at, 'A', 26);
  take(0, '0', 10);
  return text;
}

std::string list(std::uint64_t first, std::uint64_t count) {
  std::string file = std::string(policy::kHotlistHeader) + "\r\n";
  file.reserve(count * 40);
  for (std::uint64_t i = 0; i < count; ++i)
    file += plate((first + i) * 97 % kPlates) + ",,,STOLEN VEHICLE,,,,,,,,,,,,,\r\n";
  return file;
}

double thread_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double process_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// What the process holds in memory, without the store's mapped file.
std::uint64_t held_bytes() {
  ::malloc_trim(0);  // what is free and not given back yet is not held
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  return 0;
}

// A batch whose reads share one photo, as several plates in one street do.
std::string body(const std::string& device, const chain::SigningKey& key, std::uint64_t number,
                 TimeUs now, std::size_t reads, const std::function<std::string()>& next_plate) {
  recognition::UploadBatch batch;
  batch.origin = std::string(api::testing::kOrigin);
  batch.device = device;
  batch.batch = number;
  const std::string photo =
      api::testing::png(fmt::format("{}/{}", device, number)) + std::string(kPictureBytes, 'p');
  for (std::size_t i = 0; i < reads; ++i) {
    recognition::SignedRead& read = batch.reads.emplace_back();
    chain::random_bytes(read.salt);
    read.facts.plate = next_plate();
    read.facts.confidence_ppm = 900'000;
    read.facts.captured_at = {now.value - 2 * kSecondUs};
    read.facts.latitude_e7 = 378'043'000;
    read.facts.longitude_e7 = -1'222'711'000;
    read.facts.place = "Broadway at 14th";
    read.facts.box = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
    read.facts.image_sha256 = chain::sha256(as_bytes(photo));
    read.facts.image_bytes = i == 0 ? static_cast<std::int64_t>(photo.size()) : 0;
    read.facts.image_type = "image/png";
  }
  if (!recognition::sign_upload(batch, key)) std::abort();
  const auto encoded = recognition::encode_upload(batch, {as_bytes(photo)});
  if (!encoded) std::abort();
  return std::string(as_text(*encoded));
}

struct Sent {
  std::uint64_t reads = 0;
  double cpu_seconds = 0;  // of the client's thread
  std::vector<double> milliseconds;
};

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "uploads: {}\n", why);
  std::_Exit(3);
}

// Load comes at its own times, whatever the server makes of it.
void wait_until(SteadyClock::time_point due) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable never;
  never.wait_until(lock, due, [] { return false; });
}

void post(api::HttpClient& client, const std::string& url, const std::string& device,
          const std::string& body) {
  const auto answer = client.send("POST", url + "/v1/reads",
                                  {"Content-Type: " + std::string(recognition::kUploadContentType),
                                   "Authorization: Device " + device},
                                  body);
  if (!answer || answer->status != 201)
    give_up("an upload was not taken: " + (answer ? answer->body : answer.error().detail));
}

Sent send(const std::string& url, const std::filesystem::path& certificate,
          const std::string& device, const std::vector<std::string>& bodies, std::size_t reads,
          Seconds every = Seconds(0)) {
  Sent sent;
  const double before = thread_cpu();
  api::HttpClient client({.certificate = certificate});
  for (const std::string& one : bodies) {
    const auto start = SteadyClock::now();
    post(client, url, device, one);
    sent.milliseconds.push_back(Seconds(SteadyClock::now() - start).count() * 1000);
    sent.reads += reads;
    if (every.count() > 0)
      wait_until(start + std::chrono::duration_cast<SteadyClock::duration>(every));
  }
  sent.cpu_seconds = thread_cpu() - before;
  return sent;
}

double percentile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

store::StoreSettings large_store() {
  store::StoreSettings settings;
  settings.map_size = 8ULL << 30;
  settings.disk_free_percent = [] { return 50U; };
  return settings;
}

void load(Department& d, const std::string& csv) {
  const api::testing::Reply reply = d.load_list(api::testing::kIt, "SVS", csv);
  if (reply.status != 201) give_up("the list was not taken: " + reply.body);
}

struct ListFigures {
  double bytes_a_plate = 0;
  double replaced_s = 0;
  double longest_match_ms = 0;
};

// A list, and its replacement while another thread matches 20,000 plates a second, as many as half
// the uploads that are asked for bring.
ListFigures measure_list(Department& d, std::uint64_t plates) {
  ListFigures figures;
  const std::uint64_t before = held_bytes();
  load(d, list(0, plates));
  figures.bytes_a_plate = static_cast<double>(held_bytes() - before) / static_cast<double>(plates);
  const std::string next = list(plates / 100, plates);
  std::atomic<bool> done = false;
  std::thread matching([&] {
    std::mt19937_64 random(1);
    constexpr int kAtATime = 200;
    constexpr auto kEvery = std::chrono::milliseconds(10);
    for (auto due = SteadyClock::now(); !done; due += kEvery) {
      wait_until(due);
      for (int i = 0; i < kAtATime; ++i) {
        const auto start = SteadyClock::now();
        if (!d.service().plates().matches(plate(random() % kPlates), d.now())) std::abort();
        const double ms = Seconds(SteadyClock::now() - start).count() * 1000;
        figures.longest_match_ms = std::max(figures.longest_match_ms, ms);
      }
    }
  });
  const auto start = SteadyClock::now();
  load(d, next);
  figures.replaced_s = Seconds(SteadyClock::now() - start).count();
  done = true;
  matching.join();
  return figures;
}

class Readers {
 public:
  explicit Readers(Department& d) : d_(d) {
    for (int i = 0; i < kClients; ++i) {
      const std::string device = fmt::format("cam-{}", i);
      d.enrol_device(device);
      devices_.push_back(
          {device, chain::SigningKey::from_seed(chain::sha256(as_bytes(device))), {}});
    }
  }

  // Prepared before the clock runs: signing is the reader's work.
  void prepare(std::uint64_t batches, const Options& options, bool with_hits = true) {
    const auto next_plate = [&] {
      if (!with_hits) return plate(random_() % kPlates) + "0";  // longer than any that is listed
      // One read in a thousand is of a plate on the list, besides those that happen to be.
      return random_() % 1000 == 0 ? listed_plate(options) : plate(random_() % kPlates);
    };
    for (Device& device : devices_) device.bodies.clear();
    for (std::uint64_t b = 0; b < batches; ++b) {
      ++number_;
      for (Device& device : devices_)
        device.bodies.push_back(
            body(device.name, device.key, number_, d_.now(), options.reads_per_batch, next_plate));
    }
  }
  std::string listed_plate(const Options& options) {
    return plate((options.plates / 100 + random_() % options.plates) * 97 % kPlates);
  }

  // Sends what is prepared at half the rate of the run before, while a reader of its own sends a
  // listed plate five times a second; from the sending of each until an officer's stream has the
  // alert. Milliseconds.
  std::vector<double> alert_at_half_load(double seconds, const Options& options) {
    d_.officer("oreyes");
    api::testing::EventPeer stream(d_.url() + "/v1/alerts", d_.certificate(),
                                   d_.as("oreyes").token());
    if (!stream.opened()) give_up("the stream of alerts does not open");
    const Seconds every(2.0 * kClients / batches_a_second_);
    std::vector<std::thread> clients;
    for (const Device& device : devices_)
      clients.emplace_back([&] {
        send(d_.url(), d_.certificate(), device.name, device.bodies, options.reads_per_batch,
             every);
      });
    std::vector<double> milliseconds;
    api::HttpClient client({.certificate = d_.certificate()});
    const auto key = chain::SigningKey::from_seed(chain::sha256(as_bytes("cam-alert")));
    const auto start = SteadyClock::now();
    while (Seconds(SteadyClock::now() - start).count() < seconds) {
      const std::size_t seen = stream.events().size();
      const std::string one = body("cam-alert", key, milliseconds.size() + 1, d_.now(), 1,
                                   [&] { return listed_plate(options); });
      const auto began = SteadyClock::now();
      std::thread answer([&] { post(client, d_.url(), "cam-alert", one); });
      if (!stream.has(seen + 1)) give_up("an alert did not come");
      milliseconds.push_back(Seconds(SteadyClock::now() - began).count() * 1000);
      answer.join();
      wait_until(began + std::chrono::milliseconds(200));
    }
    for (std::thread& one : clients) one.join();
    return milliseconds;
  }

  // Sends what is prepared, a thread a device; the figures as members of a JSON object.
  std::string send_all(std::size_t reads_per_batch) {
    std::vector<Sent> sent(devices_.size());
    const double cpu = process_cpu();
    const auto start = SteadyClock::now();
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < devices_.size(); ++i)
      clients.emplace_back([&, i] {
        sent[i] =
            send(d_.url(), d_.certificate(), devices_[i].name, devices_[i].bodies, reads_per_batch);
      });
    for (std::thread& client : clients) client.join();
    const double wall = Seconds(SteadyClock::now() - start).count();
    double client_cpu = 0;
    double reads = 0;
    std::vector<double> milliseconds;
    for (const Sent& one : sent) {
      client_cpu += one.cpu_seconds;
      reads += static_cast<double>(one.reads);
      milliseconds.insert(milliseconds.end(), one.milliseconds.begin(), one.milliseconds.end());
    }
    const double server_cpu = process_cpu() - cpu - client_cpu;
    batches_a_second_ = static_cast<double>(milliseconds.size()) / wall;
    return fmt::format(
        "\"reads\":{},\"reads_per_s\":{:.0f},\"server_cpu_us_a_read\":{:.2f},"
        "\"client_cpu_us_a_read\":{:.2f},\"batch_ms_median\":{:.2f},\"batch_ms_p99\":{:.2f}",
        reads, reads / wall, server_cpu / reads * 1e6, client_cpu / reads * 1e6,
        percentile(milliseconds, 0.5), percentile(milliseconds, 0.99));
  }
  // Batches of each device that last so long, by the speed of the last run.
  std::uint64_t batches_for(double seconds) const {
    return static_cast<std::uint64_t>(batches_a_second_ * seconds / kClients) + 1;
  }

 private:
  struct Device {
    std::string name;
    chain::SigningKey key;
    std::vector<std::string> bodies;
  };
  Department& d_;
  std::vector<Device> devices_;
  std::mt19937_64 random_{7};
  std::uint64_t number_ = 0;
  double batches_a_second_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--seconds") options.seconds = std::stod(argv[i + 1]);
    if (name == "--plates") options.plates = std::stoull(argv[i + 1]);
    if (name == "--reads-per-batch") options.reads_per_batch = std::stoull(argv[i + 1]);
  }
  api::return_large_blocks();
  Department d(large_store());
  d.train(api::testing::kIt);
  const ListFigures lists = measure_list(d, options.plates);
  Readers readers(d);
  readers.prepare(50, options);
  readers.send_all(options.reads_per_batch);  // how fast it goes here
  readers.prepare(readers.batches_for(options.seconds), options);
  const std::string uploads = readers.send_all(options.reads_per_batch);
  d.enrol_device("cam-alert");
  readers.prepare(readers.batches_for(options.seconds / 2), options, /*with_hits=*/false);
  const std::vector<double> alerts = readers.alert_at_half_load(options.seconds, options);
  fmt::print(
      "{{\"plates\":{},\"list_bytes_a_plate\":{:.1f},\"list_replaced_s\":{:.2f},"
      "\"longest_match_meanwhile_ms\":{:.1f},\"clients\":{},\"reads_per_batch\":{},{},"
      "\"alerts\":{},\"alert_ms_median\":{:.1f},\"alert_ms_p99\":{:.1f}}}\n",
      options.plates, lists.bytes_a_plate, lists.replaced_s, lists.longest_match_ms, kClients,
      options.reads_per_batch, uploads, alerts.size(), percentile(alerts, 0.5),
      percentile(alerts, 0.99));
  return 0;
}
