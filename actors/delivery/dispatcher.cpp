#include "actors/delivery/dispatcher.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "actors/delivery/site_trust.hpp"

namespace warmfront {

namespace {

std::string describe_tls(const net::connection_opened& opened) {
  if (!opened.tls)
    return {};
  return opened.tls_version + (opened.tls_cipher.empty() ? "" : " " + opened.tls_cipher) +
         (opened.proof.empty() ? "" : " " + opened.proof);
}

} // namespace

dispatcher::domain_state& dispatcher::resolving_domain(const std::string& name) {
  auto& domain = domains_[name];
  if (!domain.resolving) {
    domain.resolving = true;
    actions_.emplace_back(resolve_route{name});
  }
  return domain;
}

std::vector<delivery_item> dispatcher::route(std::vector<delivery_item> items, steady_time now) {
  std::vector<delivery_item> known;
  known.reserve(items.size());
  for (auto& item : items) {
    const auto domain = domains_.find(item.destination);
    const bool is_known =
        domain != domains_.end() && domain->second.route && now < domain->second.expires;
    const auto* const way =
        is_known ? &way_of(*domain->second.route, item.message().mail.tls) : nullptr;
    if (way != nullptr && !way->hops.empty()) {
      item.provider = domain->second.route->provider;
      known.push_back(std::move(item));
      continue;
    }
    ++in_flight_;
    if (stopped_)
      give_back(std::move(item));
    else if (way != nullptr)
      fail(std::move(item), way->refusal, way->site);
    else
      resolving_domain(item.destination).unrouted.push_back(std::move(item));
  }
  return known;
}

void dispatcher::add(std::vector<delivery_item> items, steady_time now, wall_time wall_now) {
  in_flight_ += items.size();
  for (auto& item : items) {
    if (stopped_) {
      give_back(std::move(item));
      continue;
    }
    const auto domain = domains_.find(item.destination);
    if (domain != domains_.end() && domain->second.route && now < domain->second.expires)
      place_on(std::move(item), *domain->second.route, now);
    else
      resolving_domain(item.destination).waiting.push_back(std::move(item));
  }
  feed_touched(now, wall_now);
}

void dispatcher::resolved(const std::string& domain, site_route route, steady_time now,
                          wall_time wall_now) {
  auto& state = domains_[domain];
  state.resolving = false;
  state.expires = now + (route.hops.empty() ? config_.refusal_lifetime : config_.route_lifetime);
  state.route = std::move(route);
  count(std::exchange(state.route->refused, {}));
  auto waiting = std::exchange(state.waiting, {});
  for (auto& item : waiting)
    place_on(std::move(item), *state.route, now);
  for (auto& item : std::exchange(state.unrouted, {})) {
    if (stopped_) {
      give_back(std::move(item));
    } else if (const auto& way = way_of(*state.route, item.message().mail.tls); way.hops.empty()) {
      fail(std::move(item), way.refusal, way.site);
    } else {
      --in_flight_;
      item.provider = state.route->provider;
      routed_.push_back(std::move(item));
    }
  }
  feed_touched(now, wall_now);
  forget_old_routes(now);
}

void dispatcher::feed_touched(steady_time now, wall_time wall_now) {
  for (auto* which : std::exchange(touched_, {})) {
    which->touched = false;
    feed(*which, now, wall_now);
  }
}

// Domains are cached only as long as their routes live, so that the table does not grow for ever.
void dispatcher::forget_old_routes(steady_time now) {
  if (domains_.size() < routes_swept_at_ * 2)
    return;
  std::erase_if(domains_, [now](const auto& entry) {
    return !entry.second.resolving && entry.second.expires <= now;
  });
  routes_swept_at_ = std::max<std::size_t>(1000, domains_.size());
  // Sites that failed and that nobody wrote to since.
  std::erase_if(links_, [&](const auto& entry) {
    const auto& which = *entry.second;
    return which.waiting.empty() && which.connections.empty() && which.backoff_until &&
           *which.backoff_until + config_.site_backoff_last <= now;
  });
}

void dispatcher::place_on(delivery_item item, const site_route& route, steady_time now) {
  const auto wish = item.message().mail.tls;
  place(std::move(item), way_of(route, wish), now);
}

void dispatcher::count(std::vector<trust::tls_session> sessions) {
  std::ranges::move(sessions, std::back_inserter(sessions_));
}

void dispatcher::place(delivery_item item, const site_way& where, steady_time now) {
  if (stopped_)
    return give_back(std::move(item));
  if (where.hops.empty())
    return fail(std::move(item), where.refusal, where.site);
  auto& which = links_[{where.site, item.source}];
  if (!which) {
    which = std::make_unique<link>();
    which->site = where.site;
    which->source = item.source;
  }
  which->hops = where.hops;
  if (which->backoff_until && now < *which->backoff_until && which->connections.empty())
    return fail(std::move(item), which->last_failure, which->site);
  which->waiting.push_back(std::move(item));
  if (!which->touched) {
    which->touched = true;
    touched_.push_back(which.get());
  }
}

void dispatcher::resume(steady_time now, wall_time wall_now) {
  if (!std::exchange(paused_, false))
    return;
  for (const auto& [key, which] : links_)
    feed(*which, now, wall_now);
}

void dispatcher::feed(link& which, steady_time now, wall_time wall_now) {
  while (!paused_ && !which.waiting.empty()) {
    if (which.waiting.front().permits_end <= wall_now || which.waiting.front().live->cancelled) {
      give_back(std::move(which.waiting.front()));
      which.waiting.pop_front();
      continue;
    }
    const auto id = choose(which, now);
    if (!id)
      return;
    transmit(which, *id, now, wall_now);
  }
}

// Fills a connection to a small depth before another one is opened: a queued transmission saves
// round trips, a new connection costs several.
std::optional<net::connection_id> dispatcher::choose(link& which, steady_time now) {
  std::optional<net::connection_id> best;
  std::size_t least = config_.transmissions_queued_max;
  for (const auto& [id, on] : which.connections) {
    if (on->outstanding.size() < least) {
      best = id;
      least = on->outstanding.size();
    }
  }
  if (best && least < config_.transmissions_queued)
    return best;
  // After failures one connection probes the site.
  const bool few = which.failures > 0 || (which.crowded_until && now < *which.crowded_until);
  const std::size_t most = few ? 1 : config_.connections_per_site;
  if (which.connections.size() >= most)
    return best;
  const auto id = next_connection_++;
  auto fresh = std::make_unique<connection>();
  fresh->owner = &which;
  which.connections.emplace(id, fresh.get());
  connections_.emplace(id, std::move(fresh));
  actions_.emplace_back(open_connection{
      id, {which.source, which.hops, config_.helo, net::tls_use::opportunistic, config_.timeouts}});
  return id;
}

void dispatcher::transmit(link& which, net::connection_id id, steady_time now, wall_time wall_now) {
  std::vector<delivery_item> items;
  items.push_back(std::move(which.waiting.front()));
  which.waiting.pop_front();
  const bool shared = !has_own_mail(items.front().message());
  while (shared && !which.waiting.empty() && which.waiting.front().live == items.front().live &&
         items.size() < config_.recipients_per_transmission) {
    items.push_back(std::move(which.waiting.front()));
    which.waiting.pop_front();
  }
  auto order = make_order(items, now, wall_now);
  connections_.at(id)->outstanding.emplace(order.what.id, std::move(items));
  auto* last = actions_.empty() ? nullptr : std::get_if<transmit_mail>(&actions_.back());
  if (last != nullptr && last->id == id)
    last->orders.push_back(std::move(order));
  else
    std::get<transmit_mail>(actions_.emplace_back(transmit_mail{id, {}}))
        .orders.push_back(std::move(order));
}

bool dispatcher::has_own_mail(const storage::spooled_message& message) const {
  return message.is_merge || message.track.any() ||
         (config_.links_in_batches && message.importance == mail_class::batch);
}

outgoing_order dispatcher::make_order(const std::vector<delivery_item>& items, steady_time now,
                                      wall_time wall_now) {
  auto& live = *items.front().live;
  const auto& mail = live.mail->record.mail;
  if (!live.outgoing)
    live.outgoing = std::make_shared<shared_prefix>();
  outgoing_order order;
  order.mail = live.mail;
  order.index = items.size() == 1 ? items.front().index : feedback::any_recipient;
  order.shared = live.outgoing;
  auto& made = order.what;
  made.id = next_transmission_++;
  made.reverse_path = mail.reverse_path;
  made.body = mail.body;
  made.smtputf8 = mail.smtputf8;
  made.ret = mail.ret;
  made.envelope_id = mail.envelope_id;
  made.content = items.front().content();
  made.require_tls = mail.tls == tls_wish::required;
  auto earliest = wall_time::max();
  for (const auto& item : items) {
    made.recipients.push_back(item.recipient());
    earliest = std::min(earliest, item.permits_end);
  }
  if (earliest != wall_time::max())
    made.not_after = now + (earliest - wall_now);
  return order;
}

void dispatcher::fail(delivery_item item, const smtp::reply& verdict, const std::string& host) {
  --in_flight_;
  attempts_.push_back({std::move(item), verdict, host, false, false, false});
}

void dispatcher::give_back(delivery_item item) {
  --in_flight_;
  returned_.push_back(std::move(item));
}

void dispatcher::on_event(net::transport_event event, steady_time now, wall_time wall_now) {
  const auto found = connections_.find(event.connection);
  if (found == connections_.end())
    return;
  auto& from = *found->second;
  auto& which = *from.owner;
  if (auto* opened = std::get_if<net::connection_opened>(&event.what)) {
    from.hop = opened->hop;
    from.tls = describe_tls(*opened);
    count(std::move(opened->counted));
    which.failures = 0;
    which.backoff_until.reset();
  } else if (auto* done = std::get_if<net::transmission_finished>(&event.what)) {
    finished(from, *done);
  } else if (auto* late = std::get_if<net::transmission_returned>(&event.what)) {
    returned(from, late->id);
  } else if (auto* failed = std::get_if<net::connection_failed>(&event.what)) {
    count(std::move(failed->counted));
    end(event.connection, failed->last, failed->hop.host, true, now);
  } else {
    auto& closed = std::get<net::connection_closed>(event.what);
    // A host that greets and then takes nothing is as good as one that does not answer.
    end(event.connection, closed.reason, from.hop.host, !from.useful, now);
  }
  feed(which, now, wall_now);
  forget_idle_links();
}

void dispatcher::finished(connection& from, net::transmission_finished& what) {
  const auto found = from.outstanding.find(what.id);
  if (found == from.outstanding.end())
    return;
  auto items = std::move(found->second);
  from.outstanding.erase(found);
  from.useful = true;
  in_flight_ -= items.size();
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto verdict = i < what.recipients.size() ? std::move(what.recipients[i]) : smtp::reply{};
    attempts_.push_back({std::move(items[i]), std::move(verdict), from.hop.host, what.mail_sent,
                         what.in_doubt, what.dsn_passed_on, from.tls});
  }
}

void dispatcher::returned(connection& from, net::transmission_id id) {
  const auto found = from.outstanding.find(id);
  if (found == from.outstanding.end())
    return;
  for (auto& item : found->second)
    give_back(std::move(item));
  from.outstanding.erase(found);
  from.useful = true;
}

// The last event of a connection: what it had not begun goes back to the front of its link.
void dispatcher::end(net::connection_id id, const smtp::reply& reason, const std::string& host,
                     bool failed, steady_time now) {
  const auto found = connections_.find(id);
  const auto from = std::move(found->second);
  connections_.erase(found);
  auto& which = *from->owner;
  which.connections.erase(id);
  for (auto at = from->outstanding.rbegin(); at != from->outstanding.rend(); ++at)
    for (auto item = at->second.rbegin(); item != at->second.rend(); ++item)
      which.waiting.push_front(std::move(*item));
  if (stopped_) {
    for (auto& item : std::exchange(which.waiting, {}))
      give_back(std::move(item));
  } else if (failed && !which.waiting.empty()) {
    link_failed(which, reason, host, now);
  }
  if (which.waiting.empty() && which.connections.empty() && !which.backoff_until)
    idle_.push_back({which.site, which.source});
}

void dispatcher::link_failed(link& which, const smtp::reply& reply, const std::string& host,
                             steady_time now) {
  which.last_failure = reply;
  if (!which.connections.empty()) {
    // The receiver takes some connections, only not so many: they carry the rest for now.
    which.crowded_until = now + config_.site_backoff_first;
    return;
  }
  ++which.failures;
  const auto doublings = std::min<std::uint32_t>(which.failures - 1, 16);
  which.backoff_until =
      now + std::min(config_.site_backoff_first * (1 << doublings), config_.site_backoff_last);
  for (auto& item : std::exchange(which.waiting, {}))
    fail(std::move(item), reply, host);
}

void dispatcher::stop() {
  stopped_ = true;
  for (auto& [name, domain] : domains_)
    for (auto* waiting : {&domain.waiting, &domain.unrouted})
      for (auto& item : std::exchange(*waiting, {}))
        give_back(std::move(item));
  for (auto& [key, which] : links_)
    for (auto& item : std::exchange(which->waiting, {}))
      give_back(std::move(item));
}

void dispatcher::forget_idle_links() {
  for (const auto& key : std::exchange(idle_, {})) {
    const auto found = links_.find(key);
    if (found != links_.end() && found->second->waiting.empty() &&
        found->second->connections.empty() && !found->second->backoff_until)
      links_.erase(found);
  }
}

std::optional<site_status> dispatcher::find_status(const std::string& domain) const {
  const auto known = domains_.find(domain);
  if (known == domains_.end() || !known->second.route)
    return std::nullopt;
  site_status status;
  status.site = known->second.route->site;
  for (auto at = links_.lower_bound({status.site, {}});
       at != links_.end() && at->first.first == status.site; ++at) {
    const auto& which = *at->second;
    status.connections += which.connections.size();
    status.waiting += which.waiting.size();
    if (which.backoff_until) {
      status.backoff_until = which.backoff_until;
      status.last_failure = which.last_failure;
    }
  }
  return status;
}

std::vector<net::connection_id> dispatcher::connection_ids() const {
  std::vector<net::connection_id> ids;
  for (const auto& [id, on] : connections_)
    ids.push_back(id);
  return ids;
}

} // namespace warmfront
