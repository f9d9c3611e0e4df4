#include "reports/forms/csv.h"

#include "policy/registers/csv_record.h"

namespace alpr::forms {

std::string to_csv(const Sheet& sheet) {
  std::string csv;
  for (const std::vector<std::string>& row : sheet.rows()) csv += csv_row(row);
  return csv;
}

std::string csv_row(const std::vector<std::string>& cells) {
  return policy::write_record(cells) + "\r\n";
}

}  // namespace alpr::forms
