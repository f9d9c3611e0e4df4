#include "api/marking.h"

namespace alpr::api {

std::string owner_notice(std::string_view origin) {
  return "Data of the department that keeps the log " + std::string(origin) +
         ". To be used and passed on only as General Order I-12 allows (C.3, E and I).";
}

std::string owner_marking(std::string_view department) {
  return "Property of " + std::string(department) +
         ". For official use in the case named, by the recipient named. Not to be passed to "
         "out-of-state or federal agencies, nor used for immigration enforcement or to pursue "
         "reproductive health care (General Order I-12, sections C.3, E and I).";
}

}  // namespace alpr::api
