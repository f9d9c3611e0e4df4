// plateledger-reader: beside the camera, a process of its own, so that hostile pictures are never
// near the ledger's keys. Exit codes: 0 done; 1 the server refused a batch; 2 bad usage or input; 3
// the environment failed.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "ledger/chain/encoding.h"
#include "recognition/read_command.h"
#include "recognition/relay_command.h"
#include "recognition/send_command.h"
#include "recognition/shift_command.h"

namespace {

using alpr::recognition::ListenAddress;
using alpr::recognition::OutputForm;
using alpr::recognition::ReadRequest;
using alpr::recognition::RelayRequest;
using alpr::recognition::SendRequest;
using alpr::recognition::ShiftCommand;

struct Options {
  ReadRequest read;
  SendRequest send;
  RelayRequest relay;
  ShiftCommand shift;
  bool json = false;
  std::string captured_at;
  std::vector<std::string> cameras;
  std::string listen;
  ListenAddress address;  // but for address and port, which `listen` has
};

std::atomic<bool> stop_asked = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // set by a signal handler

CLI::App* add_read(CLI::App& app, Options& options) {
  CLI::App* read = app.add_subcommand(
      "read", "plates in photos and videos; one line per photo, in order, and per passage");
  read->add_option(
      "inputs", options.read.inputs,
      "JPEG or PNG files, folders of them, video files; at the end an rtsp:// address");
  read->add_option("--watch", options.read.watch,
                   "then read what comes into this folder, until the program is ended")
      ->check(CLI::ExistingDirectory);
  read->add_flag("--json", options.json, "one JSON object per photo or passage");
  read->add_option("--jobs", options.read.jobs, "photos or frames at a time")
      ->check(CLI::Range(1, 64));
  read->add_option("--every", options.read.every_ms,
                   "milliseconds between two frames of a video that are read")
      ->check(CLI::Range(1, 60'000));
  read->add_option("--retry-seconds", options.read.retry_seconds,
                   "how long to wait for a camera that is away")
      ->check(CLI::Range(0, 86'400));
  read->add_option("--draw", options.read.draw, "write pictures with boxes and text to this folder")
      ->check(CLI::ExistingDirectory);
  return read;
}

CLI::App* add_send(CLI::App& app, Options& options) {
  CLI::App* send =
      app.add_subcommand("send", "reads photos and videos, uploads reads, signed; resumable");
  send->add_option("--server", options.send.server, "https://HOST[:PORT]")->required();
  send->add_option("--credentials", options.send.credentials, "the device's file")->required();
  send->add_option("paths", options.send.paths,
                   "photos, folders of photos, videos; none: send what is queued");
  send->add_flag("--json", options.json, "one JSON object per batch, then the counts");
  send->add_option("--captured-at", options.captured_at,
                   "RFC 3339 time of the photos, or when the video began (default: of a photo "
                   "its file's modification time, and a video ended then)");
  send->add_option("--min-confidence", options.send.confidence_min_ppm, "in millionths")
      ->check(CLI::Range(0, 1'000'000));
  send->add_option("--retry-seconds", options.send.retry_seconds,
                   "how long to wait for a server that is away")
      ->check(CLI::Range(0, 86'400));
  return send;
}

CLI::App* add_relay(CLI::App& app, Options& options) {
  CLI::App* relay = app.add_subcommand(
      "relay",
      "takes reads of other makers' cameras (Rekor's JSON, Genetec's XML) and uploads them");
  relay->add_option("--server", options.relay.server, "https://HOST[:PORT]")->required();
  relay
      ->add_option("--camera", options.cameras,
                   "NAME=CREDENTIALS, once a camera; * for every other camera")
      ->required();
  relay->add_option("paths", options.relay.paths, "messages, or folders of them");
  relay->add_option("--listen", options.listen,
                    "ADDRESS:PORT where cameras post messages to, until the program is ended");
  relay->add_option("--certificate", options.address.certificate,
                    "PEM; without it --listen takes a loopback address alone");
  relay->add_option("--private-key", options.address.private_key, "PEM, of the certificate");
  relay->add_option(
      "--path-secret", options.address.secret,
      "file of the secret that is the path which cameras post to, with a certificate");
  relay->add_flag("--json", options.json, "one JSON object per message and batch, then the counts");
  relay->add_flag("--consume", options.relay.consume, "remove each message once it is queued");
  relay
      ->add_option("--every", options.relay.every_seconds,
                   "look again so often, in seconds, until the program is ended; needs --consume")
      ->check(CLI::Range(1, 3600));
  relay
      ->add_option("--retry-seconds", options.relay.retry_seconds,
                   "how long to wait for a server that is away")
      ->check(CLI::Range(0, 86'400));
  return relay;
}

// Waits in small steps, so that who ends the program need not wait.
bool pause_unless_stopped(int milliseconds) {
  constexpr int kStepMs = 100;
  for (int left = milliseconds; left > 0 && !stop_asked; left -= kStepMs) {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(left, kStepMs)));
  }
  return !stop_asked;
}

void end_when_asked() {
  std::signal(SIGTERM, [](int) { stop_asked = true; });
  std::signal(SIGINT, [](int) { stop_asked = true; });
}

int run_read_command(Options& options) {
  ReadRequest& request = options.read;
  if (request.inputs.empty() && request.watch.empty()) {
    std::cerr << "plateledger-reader read: name a photo, a folder, a video, an rtsp:// address, or "
                 "--watch DIR\n";
    return 2;
  }
  request.form = options.json ? OutputForm::kJson : OutputForm::kText;
  request.progress = ::isatty(STDERR_FILENO) == 1;
  // What has an end of its own is ended at once; a folder and a stream are ended between two
  // pictures, and what was seen is told.
  const bool endless = !request.watch.empty() ||
                       std::any_of(request.inputs.begin(), request.inputs.end(),
                                   [](const std::string& i) { return i.rfind("rtsp://", 0) == 0; });
  if (endless) end_when_asked();
  // FFmpeg would say on stderr what is said here in our own words.
  ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", /*replace=*/0);
  return alpr::recognition::run_read(request, pause_unless_stopped, std::cout, std::cerr);
}

int run_relay_command(Options& options) {
  for (const std::string& text : options.cameras) {
    auto camera = alpr::recognition::parse_relayed_camera(text);
    if (!camera) {
      std::cerr << "plateledger-reader: " << camera.error().detail << '\n';
      return 2;
    }
    options.relay.cameras.push_back(std::move(*camera));
  }
  if (!options.listen.empty()) {
    auto where = alpr::recognition::parse_listen_address(options.listen);
    if (!where) {
      std::cerr << "plateledger-reader: " << where.error().detail << '\n';
      return 2;
    }
    options.address.address = where->address;
    options.address.port = where->port;
    options.relay.listen = options.address;
    options.relay.listening = [address = where->address](std::uint16_t port) {
      std::cerr << "plateledger-reader: listening on " << address << ':' << port << '\n';
    };
  }
  options.relay.form = options.json ? OutputForm::kJson : OutputForm::kText;
  // Between two messages: one that is being taken is taken to its end.
  end_when_asked();
  return alpr::recognition::run_relay(options.relay, stop_asked, std::cout, std::cerr);
}

CLI::App* add_shift(CLI::App& app, Options& options) {
  CLI::App* shift = app.add_subcommand("shift", "a vehicle's copy of the hot lists, for a shift");
  shift->require_subcommand(1);
  CLI::App* start =
      shift->add_subcommand("start", "fetches the lists; `send` then matches by them");
  start->add_option("--server", options.shift.server, "https://HOST[:PORT]")->required();
  CLI::App* end = shift->add_subcommand("end", "removes the lists and the key that opens them");
  end->callback([&options] { options.shift.start = false; });
  for (CLI::App* one : {start, end}) {
    one->add_option("--credentials", options.shift.credentials, "the device's file")->required();
    one->add_flag("--json", options.json, "one JSON object");
  }
  return shift;
}

int run_send_command(Options& options) {
  if (!options.captured_at.empty()) {
    const alpr::Result<alpr::TimeUs> time = alpr::chain::parse_time(options.captured_at);
    if (!time) {
      std::cerr << "plateledger-reader: --captured-at: " << time.error().detail << '\n';
      return 2;
    }
    options.send.captured_at = *time;
  }
  options.send.form = options.json ? OutputForm::kJson : OutputForm::kText;
  return alpr::recognition::run_send(options.send, std::cout, std::cerr);
}

int run(int argc, char** argv) {
  CLI::App app("Reads licence plates in photos and uploads them as signed batches.");
  app.require_subcommand(1);
  Options options;
  const CLI::App* read = add_read(app, options);
  const CLI::App* relay = add_relay(app, options);
  add_send(app, options);
  const CLI::App* shift = add_shift(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (relay->parsed()) return run_relay_command(options);
  if (shift->parsed()) {
    options.shift.form = options.json ? OutputForm::kJson : OutputForm::kText;
    return alpr::recognition::run_shift(options.shift, std::cout, std::cerr);
  }
  if (!read->parsed()) return run_send_command(options);
  return run_read_command(options);
}

// Tesseract's OpenMP threads cost more than they bring on a line of text, and libgomp reads this
// limit before main(): so the program starts itself once more with it set. Where that fails,
// reading is slower and nothing else.
void limit_openmp(char** argv) {
  constexpr const char* kLimit = "OMP_THREAD_LIMIT";
  if (std::getenv(kLimit) != nullptr) return;
  if (::setenv(kLimit, "1", /*replace=*/1) != 0) return;
  ::execv("/proc/self/exe", argv);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    limit_openmp(argv);
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "plateledger-reader: " << error.what() << '\n';
    return 3;
  }
}
