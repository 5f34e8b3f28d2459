// A dispatcher with a clock, and what it asked for.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "actors/delivery/dispatcher.hpp"
#include "tests/actors/delivery/delivery_items.hpp"

namespace warmfront::testing::dispatching {

inline const ip_address source{"192.0.2.1"};
inline const net::next_hop hop{"mx.b.example", "198.51.100.1", 25};
inline const site_route to_b{"mx.b.example", {hop}, {}};
inline const smtp::reply ok{250, "2.0.0", "ok"};

inline dispatcher_config small_dispatcher() {
  dispatcher_config config;
  config.helo = "mta.example";
  config.connections_per_site = 3;
  config.transmissions_queued = 2;
  config.transmissions_queued_max = 4;
  config.recipients_per_transmission = 3;
  config.site_backoff_first = milliseconds{1000};
  config.site_backoff_last = milliseconds{3000};
  return config;
}

/// A dispatcher with a clock, and what it asked for.
struct dispatch {
  dispatcher core{small_dispatcher()};
  manual_clock time;
  std::vector<std::string> resolved;
  std::vector<open_connection> opened;
  std::vector<std::pair<net::connection_id, net::transmission>> sent;
  std::vector<attempt> attempts;
  std::vector<delivery_item> returned;
  std::uint64_t next = 0;

  void collect() {
    for (auto& action : core.take_actions()) {
      if (auto* route = std::get_if<resolve_route>(&action))
        resolved.push_back(route->domain);
      else if (auto* connection = std::get_if<open_connection>(&action))
        opened.push_back(std::move(*connection));
      else if (auto* mails = std::get_if<transmit_mail>(&action))
        for (auto& mail : mails->orders)
          sent.emplace_back(mails->id, std::move(mail.what));
    }
    for (auto& each : core.take_attempts())
      attempts.push_back(std::move(each));
    for (auto& each : core.take_returned())
      returned.push_back(std::move(each));
  }
  void add(std::vector<delivery_item> items) {
    for (auto& item : items)
      item.source = source;
    core.add(std::move(items), time.steady_now(), time.wall_now());
    collect();
  }
  void add_mails(int count, const std::string& recipient = "r@b.example") {
    for (int i = 0; i < count; ++i)
      add_one(make_item(make_lane(), next++, recipient));
  }
  void add_one(delivery_item item) {
    std::vector<delivery_item> items;
    items.push_back(std::move(item));
    add(std::move(items));
  }
  void resume() {
    core.resume(time.steady_now(), time.wall_now());
    collect();
  }
  void route(const std::string& domain = "b.example", const site_route& found = to_b) {
    core.resolved(domain, found, time.steady_now(), time.wall_now());
    collect();
  }
  template <class Event>
  void event(net::connection_id id, Event what) {
    core.on_event({id, std::move(what)}, time.steady_now(), time.wall_now());
    collect();
  }
  void open(net::connection_id id) { event(id, net::connection_opened{hop, false, ""}); }
  void finish(net::connection_id id, net::transmission_id mail, smtp::reply verdict = ok) {
    event(id, net::transmission_finished{mail, {std::move(verdict)}, false, true, false});
  }
  std::size_t sent_on(net::connection_id id) const {
    return static_cast<std::size_t>(
        std::count_if(sent.begin(), sent.end(), [id](const auto& s) { return s.first == id; }));
  }
};

inline std::vector<delivery_item> recipients_of_one(std::size_t count,
                                                    const std::string& domain = "b.example") {
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < count; ++i)
    addresses.push_back("r" + std::to_string(i) + "@" + domain);
  const auto mail = make_mail(1, addresses);
  std::vector<delivery_item> items;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto item = make_item(make_lane(), i, addresses[i]);
    item.live = mail;
    item.index = i;
    items.push_back(std::move(item));
  }
  return items;
}

} // namespace warmfront::testing::dispatching
