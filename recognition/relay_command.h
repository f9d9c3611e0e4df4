// `plateledger-reader relay`: takes reads of other makers' cameras from files and folders, signs
// them as the enrolled devices that those cameras are, and uploads them as `send` does.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "recognition/credentials.h"
#include "recognition/queue.h"
#include "recognition/read_command.h"
#include "recognition/relay/message.h"
#include "recognition/relay_listener.h"

namespace alpr::recognition {

// Which enrolled device a camera is. The name is the maker's (Rekor's camera_id, Genetec's
// CameraName); "*" stands for every camera that is not named.
struct RelayedCamera {
  std::string name;
  std::filesystem::path credentials;
};

struct RelayRequest {
  std::string server;
  std::vector<RelayedCamera> cameras;
  std::vector<std::filesystem::path> paths;  // messages (.json .xml), or folders of them
  // Where cameras post messages to as well. They are queued as they come and lie nowhere else.
  std::optional<ListenAddress> listen = std::nullopt;
  std::function<void(std::uint16_t port)> listening = nullptr;  // called once it does
  OutputForm form = OutputForm::kText;
  // Removes each message once its reads are queued and synced: what stays in a folder outlives the
  // 30 days (I12-G-1).
  bool consume = false;
  // Looks again so often, in seconds, until `stop` is set; 0: once. Needs `consume`. A message that
  // can't be read is tried again for a minute, because it may still be being written.
  int every_seconds = 0;
  int retry_seconds = 8;  // how long to try a server that is away, or busy
};

// NAME=FILE. kMalformed.
Result<RelayedCamera> parse_relayed_camera(std::string_view text);

// Signs and queues what one message says, as one batch; nothing where it holds no read that can be
// taken over. kMalformed for a picture that is none, kTooLarge for one that is too large.
Result<std::optional<std::uint64_t>> enqueue_message(UploadQueue& queue, const Credentials& device,
                                                     const ForeignMessage& message);

// {"file":...,"camera":...,"batch":...,"reads":...,"without_picture":...,"without_plate":...,
//  "dropped":{name:count,...}}. No plate, no line feed.
std::string message_json(const std::string& file, const ForeignMessage& message,
                         std::optional<std::uint64_t> batch);

// Returns the process's exit code, as run_send() does; 2 also for a message of a camera that no
// credentials are given for. Goes on until `stop` is set where it listens or looks again. Called on
// one thread; `stop` may be set from a signal handler.
int run_relay(const RelayRequest& request, const std::atomic<bool>& stop, std::ostream& out,
              std::ostream& log);

}  // namespace alpr::recognition
