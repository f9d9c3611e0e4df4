#include "policy/registers/audits.h"

#include <algorithm>

#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kItemsMax = 100'000;  // more than any audit has: a bound on a scan
constexpr std::size_t kPopulationsMax = 64;

chain::RowKey item_key(Sequence audit, Sequence item) { return seq_key(audit).number(item.value); }

chain::RowKey population_key(AuditPopulation population) {
  return chain::RowKey().number(static_cast<std::uint64_t>(population));
}

Result<AuditRow> need_audit(const chain::RegisterReader& rows, Sequence audit) {
  return need_row<AuditRow>(rows, table::kAudits, seq_key(audit), "audit.planned");
}

Result<void> write_audit(chain::RegisterWriter& rows, const AuditRow& row) {
  return write_row(rows, table::kAudits, seq_key(row.audit), row);
}

Result<void> count(chain::RegisterWriter& rows, AuditPopulation population,
                   std::int64_t AuditCountRow::*what) {
  auto row = audit_count(rows, population);
  if (!row) return tl::unexpected(row.error());
  ++((*row).*what);
  return write_row(rows, table::kAuditCounts, population_key(population), *row);
}

Result<void> fold_planned(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto planned = from_event<AuditPlanned>(event);
  if (!planned) return tl::unexpected(planned.error());
  if (auto counted = count(rows, planned->population, &AuditCountRow::planned); !counted)
    return counted;
  AuditRow row;
  row.audit = event.header.seq;
  row.planned_at = event.header.time;
  row.plan = std::move(*planned);
  return write_audit(rows, row);
}

Result<void> fold_entered(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto entered = from_event<AuditSeedEntered>(event);
  if (!entered) return tl::unexpected(entered.error());
  auto row = need_audit(rows, entered->audit);
  if (!row) return tl::unexpected(row.error());
  std::erase_if(row->entries,
                [&](const SeedEntryRow& one) { return one.by.username == entered->by.username; });
  row->entries.push_back({entered->by, entered->value, entered->published_at});
  return write_audit(rows, *row);
}

Result<void> fold_seeded(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto seeded = from_event<AuditSeeded>(event);
  if (!seeded) return tl::unexpected(seeded.error());
  auto row = need_audit(rows, seeded->audit);
  if (!row) return tl::unexpected(row.error());
  const auto add = [&](AuditItemRow item) {
    return write_row(rows, table::kAuditItems, item_key(row->audit, item.item), item);
  };
  for (std::size_t i = 0; i < seeded->samples.size(); ++i) {
    std::int64_t drawn = 0;
    for (const Sequence item : seeded->samples[i].items) {
      if (auto added = add({item, static_cast<std::int64_t>(i), ++drawn, std::nullopt}); !added)
        return added;
    }
  }
  for (const Sequence item : row->plan.certain) {
    if (auto added = add({item, std::nullopt, 0, std::nullopt}); !added) return added;
  }
  row->state = AuditState::kSeeded;
  row->seed = SeedRow{event.header.seq, seeded->value, seeded->published_at, seeded->seed};
  if (auto counted = count(rows, row->plan.population, &AuditCountRow::seeded); !counted)
    return counted;
  return write_audit(rows, *row);
}

Result<void> fold_verdict(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto verdict = from_event<AuditVerdictRecorded>(event);
  if (!verdict) return tl::unexpected(verdict.error());
  auto row = need_audit(rows, verdict->audit);
  if (!row) return tl::unexpected(row.error());
  const chain::RowKey key = item_key(verdict->audit, verdict->item);
  auto item = need_row<AuditItemRow>(rows, table::kAuditItems, key, "audit.seeded");
  if (!item) return tl::unexpected(item.error());
  if (!item->finding) ++row->judged;
  if (verdict->deviation && !(item->finding && item->finding->deviation)) ++row->deviations;
  item->finding = ItemFinding{event.header.seq,         std::move(verdict->results),
                              verdict->deviation,       std::move(verdict->evidence),
                              std::move(verdict->note), verdict->by.username};
  if (auto written = write_row(rows, table::kAuditItems, key, *item); !written) return written;
  return write_audit(rows, *row);
}

Result<void> fold_concluded(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto concluded = from_event<AuditConcluded>(event);
  if (!concluded) return tl::unexpected(concluded.error());
  auto row = need_audit(rows, concluded->audit);
  if (!row) return tl::unexpected(row.error());
  row->state = AuditState::kConcluded;
  row->conclusion = event.header.seq;
  row->concluded = std::move(*concluded);
  if (auto counted = count(rows, row->plan.population, &AuditCountRow::concluded); !counted)
    return counted;
  return write_audit(rows, *row);
}

Result<void> fold_checked(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto checked = from_event<SystemChecked>(event);
  if (!checked) return tl::unexpected(checked.error());
  const SelfCheckRow row{event.header.seq, event.header.time, checked->passed,
                         std::move(checked->checks)};
  return write_row(rows, table::kSelfChecks, seq_key(row.event), row);
}

}  // namespace

Result<std::optional<AuditRow>> find_audit(const chain::RegisterReader& rows, Sequence audit) {
  return read_row<AuditRow>(rows, table::kAudits, seq_key(audit));
}

Result<std::vector<AuditRow>> list_audits(const chain::RegisterReader& rows, std::size_t limit) {
  return list_rows<AuditRow>(rows, table::kAudits, chain::RowKey(), limit);
}

Result<AuditCountRow> audit_count(const chain::RegisterReader& rows, AuditPopulation population) {
  auto row = read_row<AuditCountRow>(rows, table::kAuditCounts, population_key(population));
  if (!row) return tl::unexpected(row.error());
  return row->value_or(AuditCountRow{population, 0, 0, 0});
}

Result<std::vector<AuditCountRow>> list_audit_counts(const chain::RegisterReader& rows) {
  return list_rows<AuditCountRow>(rows, table::kAuditCounts, chain::RowKey(), kPopulationsMax);
}

Result<std::optional<AuditItemRow>> find_audit_item(const chain::RegisterReader& rows,
                                                    Sequence audit, Sequence item) {
  return read_row<AuditItemRow>(rows, table::kAuditItems, item_key(audit, item));
}

Result<std::vector<AuditItemRow>> list_audit_items(const chain::RegisterReader& rows,
                                                   Sequence audit) {
  return list_rows<AuditItemRow>(rows, table::kAuditItems, seq_key(audit), kItemsMax);
}

Result<AuditTally> tally_audit(const chain::RegisterReader& rows, const AuditRow& audit) {
  const auto items = list_audit_items(rows, audit.audit);
  if (!items) return tl::unexpected(items.error());
  AuditTally tally;
  tally.strata.resize(audit.plan.strata.size());
  for (const AuditItemRow& item : *items) {
    const bool deviates = item.finding && item.finding->deviation;
    if (!item.finding) ++tally.left;
    if (!item.stratum) {
      tally.certain_deviations += deviates ? 1 : 0;
      continue;
    }
    StratumTally& stratum = tally.strata.at(static_cast<std::size_t>(*item.stratum));
    stratum.examined += item.finding ? 1 : 0;
    stratum.deviations += deviates ? 1 : 0;
  }
  return tally;
}

Result<std::vector<SelfCheckRow>> list_self_checks(const chain::RegisterReader& rows,
                                                   std::size_t limit) {
  return list_rows<SelfCheckRow>(rows, table::kSelfChecks, chain::RowKey(), limit);
}

Result<void> fold_audits(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case AuditPlanned::kKind.number:
      return fold_planned(event, rows);
    case AuditSeedEntered::kKind.number:
      return fold_entered(event, rows);
    case AuditSeeded::kKind.number:
      return fold_seeded(event, rows);
    case AuditVerdictRecorded::kKind.number:
      return fold_verdict(event, rows);
    case AuditConcluded::kKind.number:
      return fold_concluded(event, rows);
    case SystemChecked::kKind.number:
      return fold_checked(event, rows);
    default:
      return {};
  }
}

}  // namespace alpr::policy
