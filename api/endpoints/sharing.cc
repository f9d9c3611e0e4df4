// Sharing with others: documents, requests, decisions, releases, and the files that leave.
#include "policy/registers/sharing.h"

#include "api/api.h"
#include "api/endpoints/log_access.h"
#include "api/gone.h"
#include "api/images.h"
#include "api/marking.h"
#include "api/sharing_package.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "policy/records/reads.h"
#include "policy/registers/reads_index.h"
#include "policy/rules/i_releases.h"
#include "policy/rules/i_sharing.h"

namespace alpr::api {

namespace {

constexpr std::size_t kShownMax = 500;

struct SharingList {
  std::vector<policy::SharingRow> requests;  // oldest first
  bool more = false;                         // ask again with after= the last one's request
  template <typename M>
  void members(M& m) {
    m("requests", requests);
    m("more", more);
  }
};

Response list(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, policy::gate_sharing_list, "sharing.list"))
    return std::move(*refused);
  const auto after = call.number("after", 0, chain::kIntegerMax - 1, -1);
  if (!after) return problem(after.error());
  const auto snapshot = context.service.snapshot();
  auto rows = policy::list_sharing(*snapshot.rows, Sequence{static_cast<std::uint64_t>(*after + 1)},
                                   kShownMax + 1);
  if (!rows) return problem(rows.error());
  const bool more = rows->size() > kShownMax;
  if (more) rows->pop_back();
  return json_answer(SharingList{std::move(*rows), more});
}

Response file_document(Context& context, const Call& call) {
  return answer(context,
                context.service.perform(*call.actor, policy::FileDocument{call.request.body}));
}

// Which file it was: the event that recorded it before it left.
std::vector<std::pair<std::string, std::string>> export_headers(Context& context,
                                                                const Outcome& outcome,
                                                                const std::string& name) {
  const Written event = written(context, outcome.commit.first);
  return {{"Cache-Control", "no-store"},
          {"Content-Disposition", "attachment; filename=\"" + name + "\""},
          {"X-Plateledger-Event", std::to_string(event.seq.value)},
          {"X-Plateledger-Receipt", event.receipt}};
}

Response export_document(Context& context, const Call& call) {
  const auto seq = call.seq("document");
  if (!seq) return problem(seq.error());
  const Outcome outcome = context.service.perform(*call.actor, policy::ExportDocument{*seq});
  if (!outcome.done()) return not_done(outcome);
  const auto event = context.service.store().event(*seq);
  if (!event) return problem(event.error());
  const auto filed = policy::from_event<policy::DocumentFiled>(*event);
  if (!filed) return problem(filed.error());
  const auto bytes = chain::parse_base64(filed->content);
  if (!bytes) return problem(Error{ErrorCode::kCorrupt, "a filed document does not read back"});
  return {200, std::string(policy::kDocumentType), std::string(as_text(*bytes)),
          export_headers(context, outcome, "document-" + std::to_string(seq->value) + ".pdf")};
}

// What is released, but for its events.
PackageContent content_of(const Context& context, const policy::SharingRow& row,
                          std::string_view department) {
  return {owner_marking(department),
          context.settings.origin,
          row.request,
          row.asked.recipient_name,
          row.asked.grounds.case_number.value_or(""),
          {}};
}

// The content as it stands for the rest of this transaction. Nothing of it is shown: its digest
// goes into sharing.released.
Result<Digest> content_digest(const Context& context, const policy::State& state,
                              const store::Transaction& transaction, const policy::Actor& by,
                              const policy::ReleaseSharing& command) {
  const auto row = policy::find_sharing(state.rows, command.request);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kNotFound, "no such sharing request");
  const auto reads = policy::released_reads(**row, command);
  if (!reads) return tl::unexpected(reads.error());
  PackageContent content = content_of(context, **row, by.organisation);
  for (const Sequence read : *reads) {
    const auto event = transaction.event(read);
    if (!event) return tl::unexpected(event.error());
    content.events.push_back(packaged(*event));
  }
  return chain::sha256(as_bytes(policy::to_json_text(content)));
}

Response release(Context& context, const Call& call, const policy::ReleaseSharing& command) {
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction& transaction,
                                  const policy::Moment& moment) {
        return policy::decide(state, *call.actor, command,
                              content_digest(context, state, transaction, *call.actor, command),
                              moment);
      });
  return answer(context, outcome);
}

// All of it is read again, and due times with it: what fell due since is not given (I12-G-1).
Result<SharingPackage> package_of(Context& context, const policy::SharingRow& row) {
  store::Store& store = context.service.store();
  const policy::SharingReleased& released = row.release->released;
  PackageContent content = content_of(context, row, released.by.organisation);
  SharingPackage package;
  const auto nothing = [](const chain::EventView&, const chain::Member&) { return false; };
  for (const Sequence read : released.events) {
    const auto known = context.service.reads().find(read);
    if (!known ||
        !context.service.reads().may_show(*known, released.case_number, context.service.now()))
      return fail(ErrorCode::kGone, "a read of it is past its 30 days (I12-G-1)");
    const auto event = store.event(read);
    if (!event) return tl::unexpected(event.error());
    content.events.push_back(packaged(*event));
    auto receipt = receipt_of(store, read, nothing);
    if (!receipt) return tl::unexpected(receipt.error());
    package.receipts.push_back(std::move(*receipt));
  }
  package.content = policy::to_json_text(content);
  if (chain::sha256(as_bytes(package.content)) != released.content_sha256)
    return fail(ErrorCode::kCorrupt, "the package is not what was released");
  auto receipt = receipt_of(store, row.release->release, shown_to_recipient);
  if (!receipt) return tl::unexpected(receipt.error());
  package.release = std::move(*receipt);
  return package;
}

// A read that is gone is answered with its tombstone, where there is one.
Response gone_of(Context& context, Sequence request, const Error& error) {
  const auto row = policy::find_sharing(*context.service.snapshot().rows, request);
  if (error.code != ErrorCode::kGone || !row || !*row || !(*row)->release) return problem(error);
  for (const Sequence read : (*row)->release->released.events) {
    const auto known = context.service.reads().find(read);
    if (!known || !context.service.reads().may_show(*known, (*row)->release->released.case_number,
                                                    context.service.now()))
      return event_problem(context.service.store(), read, error);
  }
  return problem(error);
}

Response export_package(Context& context, const Call& call) {
  const auto request = call.seq("request");
  if (!request) return problem(request.error());
  const Outcome outcome = context.service.perform(*call.actor, policy::ExportPackage{*request});
  if (outcome.error) return gone_of(context, *request, *outcome.error);
  if (!outcome.done()) return not_done(outcome);
  const auto row = policy::find_sharing(*context.service.snapshot().rows, *request);
  if (!row) return problem(row.error());
  const auto package = package_of(context, **row);
  if (!package) return gone_of(context, *request, package.error());
  return {200, std::string(kPackageType), policy::to_json_text(*package),
          export_headers(context, outcome, "package-" + std::to_string(request->value) + ".json")};
}

Response export_image(Context& context, const Call& call) {
  const auto request = call.seq("request");
  if (!request) return problem(request.error());
  const auto read = call.seq("read");
  if (!read) return problem(read.error());
  const store::Store& store = context.service.store();
  policy::ExportPackage command{*request, *read};
  // A read that is gone is no picture: what is decided says so.
  if (const auto event = store.event(*read))
    if (const auto recorded = policy::from_event<policy::ReadRecorded>(*event))
      command.image_sha256 = recorded->image.sha256;
  const Outcome outcome = context.service.perform(*call.actor, command);
  if (outcome.error) return event_problem(store, *read, *outcome.error);
  if (!outcome.done()) return not_done(outcome);
  auto picture = picture_of(store, *read);
  if (!picture) return event_problem(store, *read, picture.error());
  return {200, std::move(picture->type), std::move(picture->bytes),
          export_headers(context, outcome, "read-" + std::to_string(read->value))};
}

constexpr std::string_view kExtractors =
    "the trained member who entered the request, or a trained COORDINATOR";

void add_documents(Endpoints& endpoints, Context& context) {
  endpoints.add(
      without_body({.method = "POST",
                    .path = "/v1/sharing-documents",
                    .summary = "File a written request as it came; sealed",
                    .who = "a trained user",
                    .rules = {"I12-I-7", "I12-I-9"},
                    .body_type = std::string(policy::kDocumentType),
                    .body_max = policy::kDocumentBytesMax,
                    .answer_status = 201,
                    .answer = members_of<Written>()},
                   [&context](const Call& call) { return file_document(context, call); }));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/sharing-documents/{document}",
                    .summary = "A filed document; recorded first",
                    .who = "COORDINATOR, ADMINISTRATOR, or who filed it",
                    .rules = {"I12-E-4", "I12-I-9"},
                    .answer_type = std::string(policy::kDocumentType)},
                   [&context](const Call& call) { return export_document(context, call); }));
}

void add_releases(Endpoints& endpoints, Context& context) {
  endpoints.add(with_body<policy::ReleaseSharing>(
      {.method = "POST",
       .path = "/v1/sharing/{request}/release",
       .summary = "Release what an honored request asked for, with the recipient's certificate",
       .who = std::string(kExtractors),
       .rules = {"I12-C3-7", "I12-E-2", "I12-E-3", "I12-G-1", "I12-I-10"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      {{"request", "request"}},
      [&context](const Call& call, const policy::ReleaseSharing& command) {
        return release(context, call, command);
      }));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/sharing/{request}/package",
                    .summary = "The released reads as a file that its recipient can check offline; "
                               "each export is recorded first",
                    .who = std::string(kExtractors),
                    .rules = {"I12-E-2", "I12-E-4", "I12-G-1", "I12-I-10"},
                    .answer_type = std::string(kPackageType),
                    .answer = members_of<SharingPackage>()},
                   [&context](const Call& call) { return export_package(context, call); }));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/sharing/{request}/reads/{read}/image",
                              .summary = "The picture of a released read; recorded first",
                              .who = std::string(kExtractors),
                              .rules = {"I12-E-2", "I12-E-4", "I12-G-1", "I12-I-10"},
                              .answer_type = "image/*"},
                             [&context](const Call& call) { return export_image(context, call); }));
}

}  // namespace

void add_sharing_endpoints(Endpoints& endpoints, Context& context) {
  add_documents(endpoints, context);
  endpoints.add(command_endpoint<policy::RequestSharing>(
      context,
      {.method = "POST",
       .path = "/v1/sharing",
       .summary = "Enter a request for data by a registered recipient, with its grounds",
       .who = "a trained user",
       .rules = {"I12-C3-7", "I12-E-2", "I12-E-3", "I12-I-0", "I12-I-1", "I12-I-2", "I12-I-3",
                 "I12-I-4", "I12-I-5", "I12-I-6", "I12-I-7", "I12-I-11", "I12-I-12"}},
      {}));
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/v1/sharing",
       .summary = "Every request for data and what became of it, for the yearly report",
       .who = "COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-I-9", "I12-I-13", "I12-I-15", "I12-L-3"},
       .query = {"after"},
       .answer = members_of<SharingList>()},
      [&context](const Call& call) { return list(context, call); }));
  endpoints.add(command_endpoint<policy::DecideSharing>(
      context,
      {.method = "POST",
       .path = "/v1/sharing/{request}/decision",
       .summary = "Honor or deny a request that another member entered",
       .who = "a trained ADMINISTRATOR",
       .rules = {"I12-E-2", "I12-E-3", "I12-H-1", "I12-I-8", "I12-I-13", "I12-I-14", "I12-I-15"}},
      {{"request", "request"}}));
  endpoints.add(command_endpoint<policy::WithdrawSharing>(
      context,
      {.method = "POST",
       .path = "/v1/sharing/{request}/withdrawal",
       .summary = "Give up a request that is not released",
       .who = "the trained member who entered it, or a trained COORDINATOR",
       .rules = {"I12-I-9"}},
      {{"request", "request"}}));
  add_releases(endpoints, context);
}

}  // namespace alpr::api
