#include "api/init.h"

#include <fmt/format.h>

#include <cstdio>

#include "api/commands/commands.h"
#include "api/tls_certificate.h"
#include "ledger/chain/canonical_json.h"
#include "policy/records/describe.h"

namespace alpr::api {

namespace {

// "ROLE=username:Full Name:CLASS"
Result<NewHolder> parse_holder(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t first = text.find(':', equals);
  const std::size_t last = text.rfind(':');
  if (equals == std::string::npos || first == std::string::npos || first == last)
    return fail(ErrorCode::kMalformed,
                "--holder '" + text +
                    "': write ROLE=username:Full Name:CLASS, e.g. IT_UNIT=jdoe:Jane Doe:SWORN");
  const auto role = policy::enum_from_text<policy::Role>(text.substr(0, equals));
  if (!role)
    return fail(ErrorCode::kMalformed, "--holder '" + text + "': the role is one of " +
                                           policy::enum_choices<policy::Role>());
  const auto user_class = policy::enum_from_text<policy::UserClass>(text.substr(last + 1));
  if (!user_class)
    return fail(ErrorCode::kMalformed, "--holder '" + text + "': the class is one of " +
                                           policy::enum_choices<policy::UserClass>());
  return NewHolder{*role, text.substr(equals + 1, first - equals - 1),
                   text.substr(first + 1, last - first - 1), *user_class};
}

void print_json(const MadeLog& made) {
  using chain::Json;
  Json::Array codes;
  for (const MadeLog::Code& code : made.codes)
    codes.push_back(Json(Json::Object{{"username", Json(code.username)},
                                      {"role", Json(std::string(policy::to_text(code.role)))},
                                      {"code", Json(code.code)}}));
  const Json answer(Json::Object{{"vkey", Json(made.vkey)}, {"codes", Json(std::move(codes))}});
  fmt::print("{}\n", chain::write(answer));
}

void print_text(const InitCommand& command, const MadeLog& made) {
  fmt::print("Made a new log in {}.\n\n", command.store.string());
  fmt::print(
      "The log's verifier key, for auditors (publish it; keep a copy where the department can't "
      "change it):\n");
  fmt::print("  {}\n\n", made.vkey);
  fmt::print(
      "One-use codes, good for 14 days. Give each to its person alone; they are stored nowhere:\n");
  for (const MadeLog::Code& code : made.codes)
    fmt::print("  {:18} {:16} {}\n", policy::to_text(code.role), code.username, code.code);
  fmt::print("\nNext: plateledger serve --store {}\n", command.store.string());
  fmt::print("      then each of them sets a password: POST /v1/activations (docs/operations)\n");
}

}  // namespace

int init_log(const InitCommand& command, const store::StorePlaces& places,
             const std::optional<chain::Json>& predecessor) {
  NewLog log{command.origin, command.department, {}};
  log.predecessor = predecessor;
  for (const std::string& text : command.holders) {
    const auto holder = parse_holder(text);
    if (!holder) return complain(holder.error());
    log.holders.push_back(*holder);
  }
  const auto made = make_log(places, log, std::make_shared<store::SystemClock>());
  if (!made) return complain(made.error());
  const std::filesystem::path tls = command.store / "tls";
  std::error_code ignored;
  std::filesystem::create_directories(tls, ignored);
  std::filesystem::permissions(tls, std::filesystem::perms::owner_all, ignored);
  std::vector<std::string> hosts = command.hosts;
  if (hosts.empty()) hosts = {"localhost", "127.0.0.1"};
  if (auto written = make_certificate(tls / "certificate.pem", tls / "key.pem", hosts); !written)
    return complain(written.error());
  if (command.json) {
    print_json(*made);
  } else {
    print_text(command, *made);
  }
  return 0;
}

int run_init(const InitCommand& command) {
  store::StorePlaces places = store::default_places(command.store);
  if (auto applied = apply_key_options(command.keys, Asking::kNew, places); !applied)
    return complain(applied.error());
  places.vault.master = store::asked_once(places.vault.master);
  return init_log(command, places, std::nullopt);
}

}  // namespace alpr::api
