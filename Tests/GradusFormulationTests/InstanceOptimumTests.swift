// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

/// Optima against enumerations that know nothing of the models' texts.
@Suite struct InstanceOptimumTests {
  private struct Drawn {
    let model: FiveElementStatement
    let optimum: Double

    func list(_ parameter: String) -> [Double] { model.parameters.first { $0.name == parameter }?.values ?? [] }

    func number(_ parameter: String) -> Double { list(parameter).first ?? .nan }

    func elements(_ set: String) -> [[String]] { model.sets.first { $0.name == set }?.elements ?? [] }
  }

  private func drawn(_ name: String, _ size: Int, _ seed: UInt64) async throws -> Drawn {
    let family = try #require(InstanceFamilies.family(named: name))
    var stream = RandomStream(seed: seed)
    let model = family.statement(size: size, difficulty: 0.5, &stream)
    let execution = try await ModelExecutor().run(model.text())
    #expect(execution.status == .optimal)
    let optimum = try #require(execution.objective)
    return Drawn(model: model, optimum: optimum)
  }

  private func subsets(_ n: Int) -> [[Int]] { (0..<(1 << n)).map { mask in (0..<n).filter { mask >> $0 & 1 == 1 } } }

  private func permutations(_ n: Int) -> [[Int]] {
    guard n > 0 else { return [[]] }
    return permutations(n - 1).flatMap { shorter in
      (0...shorter.count).map { place in shorter[..<place] + [n - 1] + shorter[place...] }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func knapsack(_ seed: UInt64) async throws {
    let d = try await drawn("knapsack", 10, seed)
    let (value, weight) = (d.list("value"), d.list("weight"))
    let best = subsets(10).filter { $0.reduce(0) { $0 + weight[$1] } <= d.number("capacity") }
      .map { $0.reduce(0) { $0 + value[$1] } }.max()
    #expect(abs(d.optimum - (best ?? -1)) < 1e-6)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func multidimensionalKnapsack(_ seed: UInt64) async throws {
    let d = try await drawn("multidimensional-knapsack", 9, seed)
    let (value, use, room) = (d.list("value"), d.list("consumption"), d.list("available"))
    let best = subsets(9).filter { items in
      room.indices.allSatisfy { r in items.reduce(0) { $0 + use[$1 * room.count + r] } <= room[r] }
    }.map { $0.reduce(0) { $0 + value[$1] } }.max()
    #expect(abs(d.optimum - (best ?? -1)) < 1e-6)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func assignment(_ seed: UInt64) async throws {
    let d = try await drawn("assignment", 25, seed)
    let cost = d.list("cost")
    let best = permutations(5).map { order in order.enumerated().reduce(0) { $0 + cost[$1.offset * 5 + $1.element] } }
      .min()
    #expect(abs(d.optimum - (best ?? -1)) < 1e-6)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func setCover(_ seed: UInt64) async throws {
    let d = try await drawn("set-cover", 9, seed)
    let stations = d.elements("STATION").map { $0[0] }, cost = d.list("cost")
    let best = subsets(stations.count).filter { chosen in
      d.elements("DISTRICT").allSatisfy { district in
        d.elements("REACH").contains { pair in pair[1] == district[0] && chosen.contains { stations[$0] == pair[0] } }
      }
    }.map { $0.reduce(0) { $0 + cost[$1] } }.min()
    #expect(abs(d.optimum - (best ?? -1)) < 1e-6)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func binPacking(_ seed: UInt64) async throws {
    let d = try await drawn("bin-packing", 18, seed)
    let weight = d.list("weight"), bins = d.elements("BIN").count
    var best = Int.max
    func place(_ item: Int, _ loads: [Double]) {
      guard item < weight.count else {
        best = min(best, loads.count { $0 > 0 })
        return
      }
      for b in 0..<bins where loads[b] + weight[item] <= d.number("capacity") {
        var loads = loads
        loads[b] += weight[item]
        place(item + 1, loads)
      }
    }
    place(0, [Double](repeating: 0, count: bins))
    #expect(abs(d.optimum - Double(best)) < 1e-6)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func diet(_ seed: UInt64) async throws {
    let d = try await drawn("diet", 4, seed)
    let (cost, amount, need) = (d.list("cost"), d.list("amount"), d.list("need"))
    var best = Double.infinity
    func buy(_ food: Int, _ price: Double, _ got: [Double]) {
      guard food < cost.count else {
        if zip(got, need).allSatisfy({ $0 >= $1 }) { best = min(best, price) }
        return
      }
      for k in 0...Int(d.number("limit")) {
        buy(
          food + 1, price + Double(k) * cost[food],
          need.indices.map { got[$0] + Double(k) * amount[food * need.count + $0] })
      }
    }
    buy(0, 0, need.map { _ in 0 })
    #expect(abs(d.optimum - best) < 1e-6)
  }

  /// Tours by Bellman's recursion over the last customers of every order.
  @Test(arguments: [1, 2] as [UInt64])
  func vehicleRouting(_ seed: UInt64) async throws {
    let d = try await drawn("vehicle-routing", 15, seed)
    let customers = d.elements("CUSTOMER").map { $0[0] }, home = d.elements("HOME")[0][0]
    let demand = d.list("demand"), vehicles = Int(d.number("vehicles"))
    func distance(_ a: String, _ b: String) -> Double { d.model.value("distance", [a, b]) ?? .infinity }
    var best = Double.infinity
    for order in permutations(customers.count) {
      // least[v][k]: the first k customers of the order on v tours.
      var least = [Double](repeating: .infinity, count: customers.count + 1)
      least[0] = 0
      for _ in 0..<vehicles {
        var next = least
        for from in order.indices where least[from].isFinite {
          var load = 0.0, length = 0.0, here = home
          for k in from..<order.count {
            load += demand[order[k]]
            if load > d.number("capacity") { break }
            length += distance(here, customers[order[k]])
            here = customers[order[k]]
            next[k + 1] = min(next[k + 1], least[from] + length + distance(here, home))
          }
        }
        least = next
      }
      best = min(best, least[customers.count])
    }
    #expect(abs(d.optimum - best) < 1e-6)
  }

  /// All orders on all machines; the end of each by repeated passes over its precedences.
  @Test(arguments: [1, 2] as [UInt64])
  func jobShop(_ seed: UInt64) async throws {
    let d = try await drawn("job-shop", 13, seed)
    let jobs = d.elements("JOB").map { $0[0] }, machines = d.elements("MACHINE").map { $0[0] }
    let duration = d.list("duration"), n = jobs.count, m = machines.count
    let routes: [(Int, Int)] = d.elements("STEP").compactMap { step in
      guard let j = jobs.firstIndex(of: step[0]), let a = machines.firstIndex(of: step[1]),
        let b = machines.firstIndex(of: step[2])
      else { return nil }
      return (j * m + a, j * m + b)
    }
    #expect(routes.count == n * (m - 1))
    var best = Double.infinity
    func choose(_ machine: Int, _ arcs: [(Int, Int)]) {
      guard machine < m else {
        var start = [Double](repeating: 0, count: n * m)
        for pass in 0...(n * m) {
          var hasMoved = false
          for (a, b) in arcs where start[b] < start[a] + duration[a] {
            start[b] = start[a] + duration[a]
            hasMoved = true
          }
          if !hasMoved { break }
          if pass == n * m { return }  // a circle
        }
        best = min(best, zip(start, duration).map { $0 + $1 }.max() ?? .infinity)
        return
      }
      for order in permutations(n) {
        choose(machine + 1, arcs + zip(order, order.dropFirst()).map { ($0 * m + machine, $1 * m + machine) })
      }
    }
    choose(0, routes)
    #expect(abs(d.optimum - best) < 1e-6)
  }

  /// Of two funds' Lagrange conditions nothing is known here: the best of a fine grid of three shares is near the optimum and no better.
  @Test func portfolio() async throws {
    let d = try await drawn("portfolio", 3, 4)
    let (c, gain, limit) = (d.list("covariance"), d.list("gain"), d.number("limit"))
    let steps = 400
    var best = Double.infinity
    for i in 0...steps {
      for j in 0...(steps - i) {
        let x = [i, j, steps - i - j].map { Double($0) / Double(steps) }
        guard x.allSatisfy({ $0 <= limit + 1e-12 }) else { continue }
        guard zip(x, gain).reduce(0, { $0 + $1.0 * $1.1 }) >= d.number("target") - 1e-12 else { continue }
        var risk = 0.0
        for a in 0..<3 { for b in 0..<3 { risk += c[3 * a + b] * x[a] * x[b] } }
        best = min(best, risk)
      }
    }
    #expect(d.optimum <= best + 1e-6 && d.optimum >= best - 0.02 * abs(best), "\(d.optimum) \(best)")
  }
}
