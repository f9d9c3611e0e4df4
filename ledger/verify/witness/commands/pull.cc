// The witness asks: for a log that cannot reach it. Logs in as an auditor, takes the newest
// checkpoint and the proof from what was cosigned last, judges them as if they had been submitted,
// and gives the cosignature back.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <variant>

#include "api/http_client/http_client.h"
#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/verify/durable_file.h"
#include "ledger/verify/witness/commands/commands.h"
#include "ledger/verify/witness/witness.h"

namespace alpr::witness {

namespace {

using chain::Json;

void wipe(std::string& secret) {
  chain::wipe({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
}

struct Login {
  std::string username, password;
};

Result<Login> read_login(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
    return fail(ErrorCode::kMalformed, path.string() + " can be read by others: chmod 600 it");
  auto text = verify::read_text(path);
  if (!text) return tl::unexpected(text.error());
  while (text->ends_with('\n')) text->pop_back();
  // The same file as `plateledger-verify --url` takes.
  const auto json = chain::parse_canonical(*text);
  wipe(*text);
  const chain::Json* username = json ? json->member("username") : nullptr;
  const chain::Json* password = json ? json->member("password") : nullptr;
  if (username == nullptr || username->string() == nullptr || password == nullptr ||
      password->string() == nullptr)
    return fail(ErrorCode::kMalformed,
                path.string() + R"( is not {"username":"...","password":"..."} without spaces)");
  return Login{*username->string(), *password->string()};
}

// The log's server, logged in to; logs out at the end.
class Server {
 public:
  Server(std::string url, std::optional<std::filesystem::path> certificate)
      : url_(std::move(url)), client_({.certificate = std::move(certificate)}) {
    while (url_.ends_with('/')) url_.pop_back();
  }
  Result<void> log_in(const Login& login);
  // Where that fails the session ends by itself after half an hour.
  void log_out() {
    static_cast<void>(client_.send("DELETE", url_ + "/v1/sessions/current", headers_, ""));
  }
  Result<std::string> get(const std::string& path) {
    return text_of(path, client_.send("GET", url_ + path, headers_, ""));
  }
  Result<std::string> post(const std::string& path, const std::string& json) {
    std::vector<std::string> headers = headers_;
    headers.emplace_back("Content-Type: application/json");
    return text_of(path, client_.send("POST", url_ + path, headers, json));
  }

 private:
  static Result<std::string> text_of(const std::string& path, Result<api::HttpAnswer> answer);
  std::string url_;
  api::HttpClient client_;
  std::vector<std::string> headers_;
};

Result<std::string> Server::text_of(const std::string& path, Result<api::HttpAnswer> answer) {
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status == 200 || answer->status == 201) return std::move(answer->body);
  const auto problem = chain::parse_canonical(answer->body);
  const Json* detail = problem ? problem->member("detail") : nullptr;
  return fail(answer->status < 500 ? ErrorCode::kRefused : ErrorCode::kIo,
              fmt::format("the server answered {} to {}: {}", answer->status, path,
                          detail && detail->string() ? *detail->string() : "no reason given"));
}

Result<void> Server::log_in(const Login& login) {
  std::string body = chain::write(
      Json(Json::Object{{"username", Json(login.username)}, {"password", Json(login.password)}}));
  const auto answer = post("/v1/sessions", body);
  wipe(body);
  if (!answer) return tl::unexpected(answer.error());
  const auto json = chain::parse_canonical(*answer);
  const Json* token = json ? json->member("token") : nullptr;
  if (!token || !token->string())
    return fail(ErrorCode::kIo, "the server's answer to the log-in is not this version's");
  headers_.push_back("Authorization: Bearer " + *token->string());
  return {};
}

// What is wrong with the log, rather than with the world around it.
struct Found {
  std::string why;
  std::string note;  // that it showed
};
using Outcome = tl::expected<chain::AddCheckpoint, std::variant<Found, Error>>;

Result<std::vector<Digest>> proof_of(std::string_view answer) {
  const auto json = chain::parse_canonical(answer);
  const Json* hashes = json ? json->member("hashes") : nullptr;
  const auto unreadable = [] {
    return fail(ErrorCode::kMalformed, "the proof of consistency does not read");
  };
  if (!hashes || !hashes->array() || hashes->array()->size() > chain::kConsistencyPathMax)
    return unreadable();
  std::vector<Digest> proof;
  for (const Json& hash : *hashes->array()) {
    const auto bytes = chain::parse_base64(hash.string() ? *hash.string() : std::string());
    Digest digest;
    if (!bytes || bytes->size() != digest.size()) return unreadable();
    std::ranges::copy(*bytes, digest.begin());
    proof.push_back(digest);
  }
  return proof;
}

// The newest checkpoint and the proof that it continues what was cosigned.
Outcome ask(Server& server, const Witness& witness, const std::string& origin) {
  const auto error = [](Error e) {
    return tl::unexpected(std::variant<Found, Error>(std::move(e)));
  };
  auto note = server.get("/log/checkpoint");
  if (!note) return error(note.error());
  const auto checkpoint = chain::open_checkpoint(*note, origin, witness.log_keys());
  if (!checkpoint)
    return error({ErrorCode::kRefused, "the server's checkpoint: " + checkpoint.error().detail});
  const Recorded recorded = witness.recorded(origin);
  chain::AddCheckpoint request{recorded.size, {}, std::move(*note)};
  if (checkpoint->size < recorded.size) {
    return tl::unexpected(std::variant<Found, Error>(
        Found{fmt::format("the log shows {} events, and {} were cosigned: its newest part is gone",
                          checkpoint->size, recorded.size),
              std::move(request.checkpoint)}));
  }
  if (recorded.size == 0 || recorded.size == checkpoint->size) return request;
  const auto answer = server.get(
      fmt::format("/log/proof/consistency?old={}&size={}", recorded.size, checkpoint->size));
  if (!answer) return error(answer.error());
  auto proof = proof_of(*answer);
  if (!proof) return error(proof.error());
  request.proof = std::move(*proof);
  return request;
}

Result<std::string> only_origin(const Witness& witness, const std::string& asked) {
  std::vector<std::string> origins;
  for (const chain::PolicyLog& log : witness.logs()) origins.push_back(log.key.name);
  std::ranges::sort(origins);
  origins.erase(std::unique(origins.begin(), origins.end()), origins.end());
  if (asked.empty() && origins.size() == 1) return origins.front();
  if (std::ranges::find(origins, asked) != origins.end()) return asked;
  return fail(ErrorCode::kMalformed,
              "say with --origin which log this server has: one of those in "
              "the file logs of the witness's folder");
}

int pull(Server& server, Witness& witness, const std::string& origin) {
  const auto request = ask(server, witness, origin);
  if (!request) {
    if (const Error* error = std::get_if<Error>(&request.error())) return complain(*error);
    const Found& found = std::get<Found>(request.error());
    witness.accuse(origin, found.note, found.why);
    return 1;
  }
  const Answer answer = witness.add_checkpoint(chain::format_add_checkpoint(*request));
  // The log itself gave checkpoint and proof, so a refusal is its doing and no stranger's.
  if (answer.status == 409 || answer.status == 422) return 1;
  if (answer.status != 200) return complain({ErrorCode::kIo, "not cosigned: " + answer.body});
  std::fwrite(answer.body.data(), 1, answer.body.size(), stdout);
  const std::int64_t size = static_cast<std::int64_t>(witness.recorded(origin).size);
  const std::string line = answer.body.substr(0, answer.body.size() - 1);
  const auto given = server.post(
      "/log/cosignature",
      chain::write(Json(Json::Object{{"size", Json(size)}, {"cosignature", Json(line)}})));
  if (!given) {
    say("cosigned, but the log did not take it");
    return complain(given.error());
  }
  say(fmt::format("cosigned {} at size {}", origin, size));
  return 0;
}

}  // namespace

int run_pull(const PullCommand& command) {
  auto witness = Witness::open(command.state, wall_clock_s, say);
  if (!witness) return complain(witness.error());
  const auto origin = only_origin(**witness, command.origin);
  if (!origin) return complain(origin.error());
  auto login = read_login(command.credentials);
  if (!login) return complain(login.error());
  Server server(command.url, command.certificate);
  const auto in = server.log_in(*login);
  wipe(login->password);
  if (!in) return complain(in.error());
  const int code = pull(server, **witness, *origin);
  server.log_out();
  return code;
}

}  // namespace alpr::witness
