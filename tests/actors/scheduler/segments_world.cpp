#include "tests/actors/scheduler/segments_world.hpp"

#include <utility>

#include "actors/groups/list_manifest.hpp"
#include "actors/groups/list_segment.hpp"
#include "actors/scheduler/scheduler_actor_host.hpp"
#include "actors/templates/template_record.hpp"
#include "storage/chunks.hpp"
#include "storage/copies.hpp"

namespace warmfront::testing {

using storage::family;

namespace {

constexpr milliseconds lease_lasts{4000};
constexpr milliseconds fence_before{400};

bool has_keys(const storage::store& disk, const std::string& prefix) {
  return !disk.scan(family::segments, prefix, storage::prefix_end(prefix), 1).value().empty();
}

} // namespace

segments_world::segments_world(std::size_t nodes, std::uint32_t segments, std::uint64_t seed)
    : random_{seed}, segments_{segments} {
  make_list();
  make_task();
  machines_.resize(nodes);
  chunks_ = spawn(chunks_behavior, chunks_ports{&chunks_disk_});
  for (std::size_t i = 0; i < nodes; ++i) {
    auto& machine = machines_[i];
    machine.number = static_cast<std::uint16_t>(i + 1);
    machine.name = node_name{"n" + std::to_string(i + 1)};
    machine.disk = std::make_unique<storage::memory_store>(
        storage::memory_store::acknowledgement::when_settled);
    machine.control = std::make_unique<cut_control_store>(control_, random_);
  }
  for (auto& machine : machines_)
    start(machine);
}

segments_world::~segments_world() {
  for (std::size_t i = 0; i < machines_.size(); ++i)
    crash(i);
  kill(chunks_);
}

// ---- what is sent ---------------------------------------------------------------------------

void segments_world::make_list() {
  const auto store = [this](const std::string& octets) {
    storage::batch changes;
    const auto id = storage::chunk_id_of(octets);
    changes.put(family::segments, storage::chunk_key(id), octets);
    chunks_disk_.commit(std::move(changes), storage::priority::growth, [](const auto&) {});
    return id;
  };
  list_manifest manifest;
  for (std::uint32_t i = 0; i < segments_; ++i) {
    list_segment segment;
    for (std::size_t j = 0; j < each_segment; ++j)
      segment.recipients.push_back(
          {"r" + std::to_string(i) + "." + std::to_string(j) + "@b.example", {}});
    const auto octets = encode(segment);
    manifest.segments.push_back(
        {store(octets), static_cast<std::uint32_t>(each_segment), octets.size()});
  }
  manifest.recipients = manifest.recipients_elsewhere = recipients();
  list_ = store(encode(manifest));
  content_ = store(encode(template_source{"S", "", "Hello"}));
}

bool segments_world::commit_now(const storage::control_transaction& what) {
  bool applied = false;
  control_.transact(what, [&](const auto& outcome) { applied = outcome.value().applied; });
  control_.settle();
  return applied;
}

void segments_world::make_task() {
  task_book book;
  create_task command;
  command.value.account = account_name{"acme"};
  command.value.from_template = template_name{"T"};
  command.value.group = group_name{"G"};
  command.value.from = "n@a.example";
  command.value.pool = pool_name{"shared"};
  command.value.when.start_at = std::chrono::floor<seconds>(time().wall_now());
  const auto read = [&] {
    storage::control_snapshot all;
    for (const auto& [key, record] : control_.records())
      all.records.push_back(record);
    REQUIRE(book.load(all));
  };
  REQUIRE(commit_now(book.build(command, time().wall_now()).value()));
  read();
  task_ = book.list({}).value().front().value.id;
  const occurrence_content content{1, content_, 1, list_, recipients(), segments_, {}};
  const warmfront::occurrence first{0, command.value.when.start_at};
  REQUIRE(commit_now(book.fire(task_, first, content, time().wall_now()).value()));
}

task_occurrence segments_world::occurrence() const {
  const occurrence_name name{task_, 0};
  return decode_occurrence(name, control_.find(occurrence_key(name))->value).value();
}

void segments_world::act(task_change what) {
  task_book book;
  storage::control_snapshot all;
  for (const auto& [key, record] : control_.records())
    all.records.push_back(record);
  REQUIRE(book.load(all));
  if (const auto change = book.build(act_on_task{task_, {}, what}, time().wall_now());
      change && !change.value().then.empty())
    control_.transact(change.value(), [](const auto&) {});
}

// ---- processes ------------------------------------------------------------------------------

void segments_world::start(segments_machine& machine) {
  ++machine.life;
  machine.is_up = true;
  machine.is_dead = false;
  machine.has_news = true;
  machine.lease_until = time().steady_now() + lease_lasts;
  machine.held.reset();
  machine.arrived.clear();
  settle_disk(machine);
  machine.intake = intake_of(machine);
  machine.delivery = delivery_of(machine);
  scheduler_ports ports;
  ports.store = machine.disk.get();
  ports.control = machine.control.get();
  ports.time = &time();
  ports.log = &log_;
  ports.chunks = chunks_;
  ports.intake = caf::actor_cast<intake_actor>(machine.intake);
  ports.delivery = caf::actor_cast<delivery_actor>(machine.delivery);
  scheduler_config config;
  config.self = machine.name;
  config.alone = false;
  machine.scheduler = spawn(scheduler_behavior, config, ports);
  pool shared;
  shared.name = pool_name{"shared"};
  for (const auto& each : machines_)
    shared.addresses.push_back({ip_address{"192.0.2.1"}, each.name, 1, {}});
  const auto pools = std::make_shared<const std::vector<pool>>(std::vector<pool>{shared});
  caf::anon_send(machine.scheduler, pools_changed{pools});
  for (auto& each : machines_)
    each.has_news = true;
}

void segments_world::crash(std::size_t which) {
  auto& machine = machines_[which];
  if (!machine.is_up)
    return;
  machine.is_up = false;
  ++machine.life;
  kill(machine.scheduler);
  kill(machine.intake);
  kill(machine.delivery);
  machine.control->forget();
  const auto unsettled = machine.disk->unsettled();
  machine.disk->crash(unsettled == 0 ? 0 : below(unsettled + 1));
}

void segments_world::heal() {
  for (auto& machine : machines_)
    machine.control->cut(false);
}

void segments_world::drain(std::size_t which, bool drains) {
  machines_[which].drains = drains;
  for (auto& each : machines_)
    each.has_news = true;
}

bool segments_world::may_act(const segments_machine& machine) const {
  return machine.is_up && !machine.is_dead &&
         const_cast<segments_world*>(this)->time().steady_now() + fence_before <
             machine.lease_until;
}

bool segments_world::is_reachable(const segments_machine& machine) const {
  return may_act(machine) && !machine.control->is_cut();
}

void segments_world::tell_members(segments_machine& whom) {
  auto all = std::make_shared<std::vector<member>>();
  for (const auto& each : machines_) {
    member one;
    one.name = each.name;
    one.number = each.number;
    one.self = each.number == whom.number;
    one.ended = each.is_dead;
    one.alive = !each.is_dead;
    one.state = each.is_dead  ? node_state::dead
                : each.drains ? node_state::draining
                              : node_state::active;
    all->push_back(one);
  }
  whom.has_news = false;
  caf::anon_send(whom.scheduler, members_changed{all, whom.name});
}

void segments_world::declare_dead() {
  const auto now = time().steady_now();
  for (auto& machine : machines_) {
    const bool is_cut = machine.control->is_cut();
    if (machine.is_up && !machine.is_dead && !is_cut)
      machine.lease_until = now + lease_lasts;
    if (machine.is_dead || machine.lease_until > now || below(2) == 0)
      continue;
    machine.is_dead = true;
    for (auto& each : machines_)
      each.has_news = true;
  }
}

// ---- time -----------------------------------------------------------------------------------

bool segments_world::one_step(segments_machine& machine) {
  constexpr std::uint64_t places = 6;
  const auto first = below(places);
  for (std::uint64_t i = 0; i < places; ++i) {
    const auto which = (first + i) % places;
    if ((which == 0 && machine.disk->settle(1) > 0) ||
        (which == 1 && machine.control->settle() > 0) || (which == 2 && send_some(machine)) ||
        (which == 3 && take_over(machine)) ||
        (which == 4 && (machine.drains || below(20) == 0) && hand_over(machine)))
      return true;
    if (which != 5 || !machine.has_news || machine.control->is_cut())
      continue;
    tell_members(machine);
    return true;
  }
  return false;
}

void segments_world::run(std::size_t steps) {
  while (steps-- > 0) {
    if (below(3) == 0)
      control_.settle();
    if (below(3) == 0)
      give_copies();
    auto& machine = machines_[below(machines_.size())];
    if (machine.is_up)
      one_step(machine);
    settle();
  }
}

void segments_world::pass(milliseconds passing) {
  constexpr milliseconds step{200};
  for (auto left = passing; left.count() > 0; left -= step) {
    advance(step);
    for (std::size_t i = 0; i < machines_.size(); ++i) {
      auto& machine = machines_[i];
      if (machine.is_up && machine.is_dead && !machine.control->is_cut())
        crash(i); // it finds itself declared dead
      if (!machine.is_up && machine.is_wanted && !machine.control->is_cut() && below(3) == 0)
        start(machine);
    }
    declare_dead();
    run(10 + below(30));
  }
}

std::string segments_world::unfinished() const {
  const auto of = occurrence();
  if (of.state == occurrence_state::sending)
    return "the occurrence is still being sent, " + std::to_string(of.ended.total()) + " of " +
           std::to_string(recipients()) + " have ended" + describe();
  if (of.ended.total() != recipients())
    return std::to_string(of.ended.total()) + " of " + std::to_string(recipients()) +
           " are counted" + describe();
  if (of.ended.delivered != sent_.size())
    return std::to_string(sent_.size()) + " were sent, and " + std::to_string(of.ended.delivered) +
           " are counted" + describe();
  for (const auto& machine : machines_) {
    if (machine.is_wanted && has_keys(*machine.disk, expanding_prefix()))
      return "a mark of a segment is left at " + machine.name.str();
    if (machine.is_wanted && has_keys(*machine.disk, storage::all_moved_merges_prefix()))
      return "a mark of a message is left at " + machine.name.str();
  }
  return {};
}

std::string segments_world::describe() const {
  std::string text;
  for (const auto& [key, record] : control_.records())
    if (const auto parsed = parse_task_key(key);
        parsed && parsed->what == parsed_task_key::kind::segment) {
      const auto segment = decode_segment(parsed->name, record.value).value();
      text += "\nsegment " + std::to_string(segment.number) + " of " + segment.node.str() +
              (segment.expanded ? ", " + segment.message.str() : ", not expanded");
    }
  for (const auto& [id, merge] : merges_)
    text += "\n" + id.str() + " owner n" + std::to_string(merge.owner) + " holder n" +
            std::to_string(merge.holder) + " taker n" + std::to_string(merge.taker) + " sent " +
            std::to_string(merge.sent);
  return text;
}

} // namespace warmfront::testing
