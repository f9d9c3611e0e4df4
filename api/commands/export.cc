// plateledger export: the log in one file, for auditors. Reads beside a running server. Everything
// in it that is not sealed is open to every verifier; sealed boxes tell nothing without keys.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "api/commands/commands.h"
#include "ledger/store/bundle_writer.h"

namespace alpr::api {

namespace {

tl::unexpected<Error> failed(const std::string& file) {
  const ErrorCode code = errno == ENOSPC ? ErrorCode::kNoSpace : ErrorCode::kIo;
  return fail(code, file + ": " + std::strerror(errno));
}

// A new file, or standard output; a file that did not become whole is removed again.
class Output {
 public:
  explicit Output(std::string file) : file_(std::move(file)) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    if (fd_ < 0 || file_ == "-") return;
    ::close(fd_);
    if (!whole_) ::unlink(file_.c_str());
  }

  Result<void> open() {
    fd_ = file_ == "-" ? STDOUT_FILENO
                       : ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd_ >= 0) return {};
    if (errno == EEXIST)
      return fail(ErrorCode::kConflict, file_ + " is there already; name a new file");
    return failed(file_);
  }
  Result<void> write(BytesView bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed(file_);
      written_ += static_cast<std::uint64_t>(n);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
  }
  Result<void> finish() {
    if (file_ != "-" && ::fsync(fd_) != 0) return failed(file_);
    whole_ = true;
    return {};
  }
  std::uint64_t written() const { return written_; }

 private:
  std::string file_;
  int fd_ = -1;
  bool whole_ = false;
  std::uint64_t written_ = 0;
};

}  // namespace

int run_export(const ExportCommand& command) {
  const auto env = store::Environment::open(command.store / "ledger", /*map_size=*/0,
                                            store::Environment::Mode::kRead);
  if (!env) return complain(env.error());
  auto txn = (*env)->begin_read();
  if (!txn) return complain(txn.error());
  auto writer = store::BundleWriter::begin(std::move(*txn),
                                           {.from = command.from, .boxes = command.with_sealed});
  if (!writer) return complain(writer.error());
  Output output(command.out);
  if (auto opened = output.open(); !opened) return complain(opened.error());
  const auto size =
      store::write_bundle(*writer, [&](BytesView bytes) { return output.write(bytes); });
  if (!size) return complain(size.error());
  if (auto finished = output.finish(); !finished) return complain(finished.error());
  // On stderr, for stdout may be the bundle.
  if (command.json) {
    fmt::print(command.out == "-" ? stderr : stdout,
               "{{\"from\":{},\"size\":{},\"bytes\":{},\"sealed\":{}}}\n", command.from, *size,
               output.written(), command.with_sealed);
  } else {
    fmt::print(stderr, "events {} to {}, {} bytes{}\n", command.from, *size, output.written(),
               command.with_sealed ? ", with sealed boxes" : "");
  }
  return 0;
}

}  // namespace alpr::api
