#include "api/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <system_error>
#include <utility>

#include "ledger/chain/keys.h"
#include "ledger/store/command_output.h"
#include "ledger/store/files.h"

namespace alpr::api {
namespace {

constexpr std::size_t kSecretMax = 4096;

tl::unexpected<Error> no_terminal(int error) {
  return fail(ErrorCode::kIo, "there is no terminal to ask for the passphrase on (" +
                                  std::generic_category().message(error) +
                                  "): give it in a file or a descriptor");
}

// Until the end, or the first line feed where `one_line`.
Result<Bytes> read_secret(int from, bool one_line) {
  Bytes all;
  all.reserve(kSecretMax + 1);  // never moved, so that one wipe reaches all of it
  while (all.size() <= kSecretMax) {
    std::uint8_t byte = 0;
    const ssize_t count = ::read(from, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      chain::wipe(all);
      return fail(ErrorCode::kIo,
                  "cannot read the passphrase: " + std::generic_category().message(errno));
    }
    if (count == 0 || (one_line && byte == '\n')) return all;
    all.push_back(byte);
  }
  chain::wipe(all);
  return fail(ErrorCode::kTooLarge, "the passphrase is too long");
}

// The terminal with its echo off, put back at the end.
class Quiet {
 public:
  explicit Quiet(int terminal) : terminal_(terminal) {
    valid_ = ::tcgetattr(terminal_, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (valid_) ::tcsetattr(terminal_, TCSAFLUSH, &quiet);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() {
    if (valid_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }

 private:
  int terminal_;
  termios before_{};
  bool valid_ = false;
};

Result<Bytes> ask(const store::FileDescriptor& terminal, const std::string& prompt) {
  const std::string text = prompt + ": ";
  if (::write(terminal.get(), text.data(), text.size()) < 0) return no_terminal(errno);
  const Quiet quiet(terminal.get());
  auto line = read_secret(terminal.get(), /*one_line=*/true);
  static_cast<void>(!::write(terminal.get(), "\n", 1));
  return line;
}

}  // namespace

AskSecret secret_in_file(std::filesystem::path file) {
  return [file = std::move(file)] { return store::read_secret_file(file, kSecretMax); };
}

AskSecret secret_from_descriptor(int descriptor) {
  return [descriptor] { return read_secret(descriptor, /*one_line=*/false); };
}

AskSecret secret_of_command(std::vector<std::string> command) {
  return [command = std::move(command)] { return store::command_output(command); };
}

AskSecret secret_from_terminal(std::string prompt, Asking asking) {
  return [prompt = std::move(prompt), asking]() -> Result<Bytes> {
    const store::FileDescriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() < 0) return no_terminal(errno);
    auto first = ask(terminal, prompt);
    if (!first || asking == Asking::kKnown) return first;
    auto again = ask(terminal, "The same again");
    const bool same = again && chain::equal_constant_time(*first, *again);
    if (again) chain::wipe(*again);
    if (same) return first;
    chain::wipe(*first);
    if (!again) return again;
    return fail(ErrorCode::kMalformed, "the two are not the same");
  };
}

}  // namespace alpr::api
