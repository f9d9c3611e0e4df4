#include "reports/forms/csv.h"

#include "policy/registers/csv_record.h"

namespace alpr::forms {

std::string to_csv(const Sheet& sheet) {
  std::string csv;
  for (const std::vector<std::string>& row : sheet.rows())
    csv += policy::write_record(row) + "\r\n";
  return csv;
}

}  // namespace alpr::forms
