// Breaches of who may do what: accounts, trainings, designations, roles, sessions, keys, devices,
// the order itself.
#include "policy/records/devices.h"
#include "policy/records/keys.h"
#include "policy/records/policies.h"
#include "policy/rules/devices.h"
#include "policy/rules/keys.h"
#include "policy/rules/parameters.h"
#include "policy/rules/policies.h"
#include "policy/rules/roles.h"
#include "policy/rules/sessions.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

// Everything an account needs but what `row` asks for.
Sequence query_by(Forger& f, const Actor& actor) {
  QueryPerformed query = f.honest_query();
  query.by = actor;
  return f.forge(query);
}

CompleteTraining course(Forger& f, std::string_view username) {
  CompleteTraining training{std::string(username), "ALPR basic course", "2022.1", f.world.now, {}};
  for (const auto& [topic, text] : EnumTexts<TrainingTopic>::texts)
    training.topics.push_back(topic);
  return training;
}

TrainingCompleted honest_training(Forger& f, std::string_view username) {
  return f.honest<TrainingCompleted>(decide(f.state(), f.trainer, course(f, username), f.moment()));
}

Sequence untrained(Forger& f) {
  f.world.enrol("rookie", "SWORN");
  return query_by(f, f.world.log_in("rookie"));
}

Sequence role_request(Forger& f, std::string_view username, Role role) {
  return f.permit(
      decide(f.state(), f.it,
             RequestRoleGrant{std::string(username), role, f.world.now, std::nullopt, "takes over"},
             f.moment()));
}

RoleGranted granted(Forger& f, Sequence request, const Actor& by) {
  RoleGranted e = f.honest<RoleGranted>(decide(
      f.state(), f.chief, DecideRoleGrant{request, Verdict::kApprove, "agreed"}, f.moment()));
  e.by = by;
  return e;
}

EnrolDevice device(std::string_view name) {
  EnrolDevice command;
  command.device = std::string(name);
  command.mount_class = "pole";
  command.location_class = LocationClass::kPublicRightOfWay;
  command.place = "Broadway at 14th";
  command.police_area = "Area 1";
  command.public_key = key_named(name).public_key();
  return command;
}

DeviceEnrolled honest_device(Forger& f) {
  return f.honest<DeviceEnrolled>(decide(f.state(), f.admin, device("cam-9"), f.moment()));
}

PolicyProposed honest_proposal(Forger& f) {
  return f.honest<PolicyProposed>(decide(f.state(), f.admin,
                                         ProposePolicy{2,
                                                       std::string(kOrder),
                                                       {f.world.now.value + kHour * kSecondUs},
                                                       f.moment().policy->parameters,
                                                       Digest{},
                                                       "a narrower practice"},
                                         f.moment()));
}

UserEnrolled honest_enrolment(Forger& f, std::string_view username) {
  return f.honest<UserEnrolled>(
      decide(f.state(), f.it,
             EnrolUser{std::string(username), "New Person", "SWORN", std::string(kDepartment)},
             digest_named("a"), f.moment()));
}

std::vector<Forgery> of_use() {
  return {
      {"I12-C1-1", "a query by somebody who never took the course", untrained},
      {"I12-C3-a", "a query before the course was completed",
       [](Forger& f) {
         f.world.enrol("rookie", "SWORN");
         const Sequence query = query_by(f, f.world.log_in("rookie"));
         f.world.train("rookie");
         return query;
       }},
      {"I12-J-3", "a query after a course of seven of the eight topics",
       [](Forger& f) {
         f.world.enrol("rookie", "SWORN");
         TrainingCompleted training = honest_training(f, "rookie");
         training.topics.pop_back();
         f.forge(training);
         return query_by(f, f.world.log_in("rookie"));
       }},
      {"I12-C1-2", "a query by an auditor, whose class may not",
       [](Forger& f) {
         f.world.enrol("auditor", "AUDITOR");
         f.forge(honest_training(f, "auditor"));
         return query_by(f, f.world.log_in("auditor"));
       }},
      {"I12-C1-3", "a query by other personnel without a designation",
       [](Forger& f) {
         f.world.enrol("clerk", "OTHER_DESIGNATED");
         f.world.train("clerk");
         return query_by(f, f.world.log_in("clerk"));
       }},
      {"I12-E-1", "a query by somebody whose designation was revoked",
       [](Forger& f) {
         const Actor clerk = f.world.trained("clerk", "OTHER_DESIGNATED");
         f.permit(
             decide(f.state(), f.chief, RevokeDesignation{"clerk", "left the desk"}, f.moment()));
         return query_by(f, clerk);
       }},
      {"I12-K-1", "a query by an account that was deactivated",
       [](Forger& f) {
         f.permit(decide(f.state(), f.it, DeactivateUser{"second", "left"}, f.moment()));
         return query_by(f, f.second);
       }},
      {"I12-F-1", "a query in a session that was closed",
       [](Forger& f) {
         f.permit(
             decide(f.state(), CloseSession{f.second.session, SessionEnd::kLogout}, f.moment()));
         return query_by(f, f.second);
       }},
  };
}

std::vector<Forgery> of_accounts() {
  return {
      {"I12-K-1", "an account that its enroller confirmed alone",
       [](Forger& f) {
         const Sequence enrolled = f.forge(honest_enrolment(f, "ghost"));
         return f.forge(UserConfirmed{1, enrolled, "ghost", digest_named("b"), f.it});
       }},
      {"I12-K-1", "a second account of one person",
       [](Forger& f) {
         UserEnrolled e = honest_enrolment(f, "ghost");
         e.name = f.officer.name;
         return f.forge(e);
       }},
      {"I12-F-1", "a password set with half a code",
       [](Forger& f) {
         f.forge(honest_enrolment(f, "ghost"));
         return f.forge(PasswordSet{1, PasswordCause::kActivation, "ghost", hash_named("x"), {}});
       }},
      {"I12-I-10", "an account for somebody of another agency",
       [](Forger& f) {
         UserEnrolled e = honest_enrolment(f, "agent");
         e.organisation = "Another Agency";
         return f.forge(e);
       }},
      {"I12-C3-8", "a second session of a person that was not flagged",
       [](Forger& f) {
         OpenSession attempt;
         attempt.username = "officer";
         attempt.matched_hash = f.world.user("officer").password_hash;
         const Decision decision = decide(f.state(), attempt, f.moment());
         const Sequence session = f.append(decision.events.front());
         f.advance(60);
         f.query(f.second, {f.reads[1]});  // in the place of the flag
         return session;
       }},
      {"I12-J-1", "a training recorded by somebody outside the Training Section",
       [](Forger& f) {
         f.world.enrol("rookie", "SWORN");
         TrainingCompleted e = honest_training(f, "rookie");
         e.by = f.it;
         return f.forge(e);
       }},
      {"I12-J-2", "a training of no course",
       [](Forger& f) {
         f.world.enrol("rookie", "SWORN");
         TrainingCompleted e = honest_training(f, "rookie");
         e.course = " ";
         return f.forge(e);
       }},
      {"I12-C3-a", "a training recorded as completed next week",
       [](Forger& f) {
         f.world.enrol("rookie", "SWORN");
         TrainingCompleted e = honest_training(f, "rookie");
         e.completed_on = {f.world.now.value + 7 * kDay * kSecondUs};
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_power() {
  return {
      {"I12-L-2", "a role granted by the one who asked for it",
       [](Forger& f) {
         const Sequence request = f.permit(decide(
             f.state(), f.admin,
             RequestRoleGrant{"second", Role::kCoordinator, f.world.now, std::nullopt, "needed"},
             f.moment()));
         return f.forge(granted(f, request, f.admin));
       }},
      {"I12-L-2", "a role that nobody asked for",
       [](Forger& f) {
         RoleGranted e = granted(f, role_request(f, "second", Role::kAdministrator), f.chief);
         e.request.reset();
         return f.forge(e);
       }},
      {"I12-L-1", "a role granted by somebody without the power to",
       [](Forger& f) {
         return f.forge(granted(f, role_request(f, "second", Role::kAdministrator), f.officer));
       }},
      {"I12-C1-3", "a designation by somebody who is not the Chief's designee",
       [](Forger& f) {
         f.world.enrol("clerk", "OTHER_DESIGNATED");
         return f.forge(UserDesignated{1, "clerk", "works the desk", f.admin});
       }},
      {"I12-F-0", "the log's keys handled by one person alone",
       [](Forger& f) {
         KeysHandled e = f.honest<KeysHandled>(
             decide(f.state(), f.it, HandleKeys{KeyAction::kRotateMasterKey, "yearly", f.chief},
                    f.moment()));
         e.approver = f.it;
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_readers() {
  return {
      {"I12-DEF-1", "a reader enrolled twice under one name",
       [](Forger& f) {
         DeviceEnrolled e = honest_device(f);
         e.device = std::string(kReader);
         return f.forge(e);
       }},
      {"I12-C3-1", "a reader that looks into private property without a court order",
       [](Forger& f) {
         DeviceEnrolled e = honest_device(f);
         e.location_class = LocationClass::kPrivateNotVisible;
         return f.forge(e);
       }},
      {"I12-L-1", "a reader enrolled by an officer",
       [](Forger& f) {
         DeviceEnrolled e = honest_device(f);
         e.by = f.officer;
         return f.forge(e);
       }},
  };
}

std::vector<Forgery> of_versions() {
  return {
      {"I12-HDR-1", "a version of the order that nobody proposed",
       [](Forger& f) {
         PolicyAdopted e;
         e.policy = 1;
         e.version = 2;
         e.order = std::string(kOrder);
         e.effective = f.world.now;
         e.department = std::string(kDepartment);
         e.parameters = f.moment().policy->parameters;
         return f.forge(e);
       }},
      {"I12-HDR-1", "a version of the order that is in force from last year",
       [](Forger& f) {
         PolicyProposed e = honest_proposal(f);
         e.effective = {f.world.now.value - 365 * kDay * kSecondUs};
         return f.forge(e);
       }},
      {"I12-HDR-2", "a version of the order proposed by an officer",
       [](Forger& f) {
         PolicyProposed e = honest_proposal(f);
         e.by = f.officer;
         return f.forge(e);
       }},
      {"I12-L-1", "a version of the order adopted by the one who proposed it",
       [](Forger& f) {
         f.world.grant(kAdmin, Role::kChiefDesignee);
         const Sequence proposal = f.forge(honest_proposal(f));
         PolicyAdopted e = f.honest<PolicyAdopted>(decide(
             f.state(), f.chief, DecidePolicy{proposal, Verdict::kApprove, "agreed"}, f.moment()));
         e.by = f.admin;
         return f.forge(e);
       }},
      {"I12-HDR-1", "a decision that names a version of the order not in force",
       [](Forger& f) {
         QueryPerformed e = f.honest_query();
         e.policy = 2;
         return f.forge(e);
       }},
  };
}

}  // namespace

std::vector<Forgery> forgeries_of_people() {
  std::vector<Forgery> all = of_use();
  for (const auto& topic : {of_accounts(), of_power(), of_readers(), of_versions()})
    all.insert(all.end(), topic.begin(), topic.end());
  return all;
}

}  // namespace alpr::forgeries
