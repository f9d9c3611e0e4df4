// The device register, and the police areas that devices are enrolled in.
#include "policy/registers/devices.h"

#include "api/api.h"
#include "policy/rules/c3_outlines.h"
#include "policy/rules/devices.h"

namespace alpr::api {

namespace {

struct DeviceList {
  std::vector<policy::DeviceRow> devices;
  template <typename M>
  void members(M& m) {
    m("devices", devices);
  }
};

struct OutlineList {
  std::vector<policy::OutlineRow> areas;  // by name
  template <typename M>
  void members(M& m) {
    m("areas", areas);
  }
};

void add_area_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::OutlineArea>(
      context,
      {.method = "POST",
       .path = "/v1/police-areas",
       .summary = "Record where a police area is, for the report's map; without corners it has no "
                  "outline any more",
       .who = "ADMINISTRATOR",
       .rules = {"I12-C3-2", "I12-L-1"}},
      {}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/police-areas",
                              .summary = "The police areas that have outlines",
                              .who = "anybody logged in",
                              .rules = {"I12-C3-2"},
                              .answer = members_of<OutlineList>()},
                             [&context](const Call&) {
                               auto areas = policy::list_outlines(*context.service.snapshot().rows);
                               if (!areas) return problem(areas.error());
                               return json_answer(OutlineList{std::move(*areas)});
                             }));
}

}  // namespace

void add_device_endpoints(Endpoints& endpoints, Context& context) {
  add_area_endpoints(endpoints, context);
  endpoints.add(command_endpoint<policy::EnrolDevice>(
      context,
      {.method = "POST",
       .path = "/v1/devices",
       .summary = "Enrol a reader with its key and place",
       .who = "ADMINISTRATOR",
       .rules = {"I12-DEF-1", "I12-A-2", "I12-C3-1", "I12-C3-2", "I12-L-1"}},
      {}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/devices",
                              .summary = "All readers, also revoked ones",
                              .who = "anybody logged in",
                              .rules = {"I12-C3-2"},
                              .answer = members_of<DeviceList>()},
                             [&context](const Call&) {
                               auto devices =
                                   policy::list_devices(*context.service.snapshot().rows);
                               if (!devices) return problem(devices.error());
                               return json_answer(DeviceList{std::move(*devices)});
                             }));
  endpoints.add(command_endpoint<policy::RekeyDevice>(
      context,
      {.method = "POST",
       .path = "/v1/devices/{device}/key",
       .summary = "Give a reader a new key: what its old one signs is refused from now on",
       .who = "ADMINISTRATOR",
       .rules = {"I12-DEF-1", "I12-F-3", "I12-L-1"}},
      {{"device", "device", FromPath::As::kText}}));
  endpoints.add(command_endpoint<policy::RevokeDevice>(
      context,
      {.method = "POST",
       .path = "/v1/devices/{device}/revocation",
       .summary = "Revoke a reader: its uploads are refused from now on",
       .who = "ADMINISTRATOR",
       .rules = {"I12-DEF-1", "I12-L-1"}},
      {{"device", "device", FromPath::As::kText}}));
}

}  // namespace alpr::api
