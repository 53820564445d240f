// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// Small statements of several shapes. No row follows from bounds or other rows, and no number is 0, so that a changed number is
/// another problem.
enum EquivalenceKit {
  static func statement(_ k: Int, _ stream: RandomStream) -> FiveElementStatement {
    var draws = stream.child("shape", k)
    switch k % 7 {
    case 0: return knapsack(&draws)
    case 1: return transport(&draws)
    case 2: return production(&draws)
    case 3: return network(&draws)
    case 4: return location(&draws)
    case 5: return lots(&draws)
    default: return portfolio(&draws)
    }
  }

  private static func numbers(_ count: Int, _ low: Double, _ high: Double, _ s: inout RandomStream) -> [Double] {
    (0..<count).map { _ in (s.uniform(low, high) * 100).rounded() / 100 }
  }

  private static func names(_ prefix: String, _ count: Int) -> [String] { (1...count).map { "\(prefix)\($0)" } }

  private static func knapsack(_ s: inout RandomStream) -> FiveElementStatement {
    let (n, m) = (4 + s.integer(below: 8), 1 + s.integer(below: 3))
    var model = FiveElementStatement(name: "knapsack", sense: .maximize)
    model.sets = [.init("ITEM", names("item", n)), .init("LIMIT", names("limit", m))]
    let weights = numbers(n * m, 2, 30, &s)
    let capacities = (0..<m).map { k in (0..<n).reduce(0) { $0 + weights[$1 * m + k] } * s.uniform(0.3, 0.5) }
    model.parameters = [
      .init("value", over: ["ITEM"], numbers(n, 5, 40, &s)), .init("weight", over: ["ITEM", "LIMIT"], weights),
      .init("capacity", over: ["LIMIT"], capacities),
    ]
    model.variables = [.init("take", over: ["ITEM"], kind: .binary)]
    model.objective = "sum(i in ITEM) value[i] * take[i]"
    model.constraints = [
      .init("load", for: "l in LIMIT", "sum(i in ITEM) weight[i,l] * take[i] <= capacity[l]")
    ]
    return model
  }

  private static func transport(_ s: inout RandomStream) -> FiveElementStatement {
    let (n, m) = (2 + s.integer(below: 3), 2 + s.integer(below: 4))
    var model = FiveElementStatement(name: "transport")
    model.sets = [.init("PLANT", names("plant", n)), .init("MARKET", names("market", m))]
    model.parameters = [
      .init("supply", over: ["PLANT"], numbers(n, 50, 90, &s)),
      .init("demand", over: ["MARKET"], numbers(m, 5, 25, &s)),
      .init("cost", over: ["PLANT", "MARKET"], numbers(n * m, 2, 12, &s)),
    ]
    model.variables = [.init("ship", over: ["PLANT", "MARKET"], lower: "0")]
    model.objective = "sum(p in PLANT, m in MARKET) cost[p,m] * ship[p,m]"
    model.constraints = [
      .init("supplied", for: "p in PLANT", "sum(m in MARKET) ship[p,m] <= supply[p]"),
      .init("served", for: "m in MARKET", "sum(p in PLANT) ship[p,m] >= demand[m]"),
    ]
    return model
  }

  private static func production(_ s: inout RandomStream) -> FiveElementStatement {
    let (n, m) = (3 + s.integer(below: 5), 2 + s.integer(below: 2))
    var model = FiveElementStatement(name: "production", sense: .maximize)
    model.sets = [.init("GOOD", names("good", n)), .init("MACHINE", names("machine", m))]
    model.parameters = [
      .init("profit", over: ["GOOD"], numbers(n, 10, 50, &s)),
      .init("hours", over: ["MACHINE", "GOOD"], numbers(n * m, 2, 8, &s)),
      .init("available", over: ["MACHINE"], numbers(m, 60, 90, &s)), .init("orders", numbers(1, 3, 7, &s)),
    ]
    model.variables = [.init("make", over: ["GOOD"], kind: .integer, lower: "0", upper: "50")]
    model.objective = "sum(g in GOOD) profit[g] * make[g]"
    model.constraints = [
      .init("time", for: "m in MACHINE", "sum(g in GOOD) hours[m,g] * make[g] <= available[m]"),
      .init("ordered", "sum(g in GOOD) make[g] >= orders"),
    ]
    return model
  }

  private static func network(_ s: inout RandomStream) -> FiveElementStatement {
    let n = 3 + s.integer(below: 3)
    var model = FiveElementStatement(name: "network")
    model.sets = [.init("NODE", names("node", n))]
    model.parameters = [
      .init("cost", over: ["NODE", "NODE"], numbers(n * n, 1, 9, &s)),
      .init("width", over: ["NODE", "NODE"], numbers(n * n, 5, 15, &s)),
      .init("out", over: ["NODE"], numbers(n, 10, 14, &s)), .init("need", over: ["NODE"], numbers(n, 2, 9, &s)),
    ]
    model.variables = [.init("flow", over: ["NODE", "NODE"], lower: "0")]
    model.objective = "sum(i in NODE, j in NODE) cost[i,j] * flow[i,j]"
    model.constraints = [
      .init("sent", for: "i in NODE", "sum(j in NODE) flow[i,j] <= out[i]"),
      .init("met", for: "j in NODE", "sum(i in NODE) flow[i,j] >= need[j]"),
      .init("wide", for: "i in NODE, j in NODE", "flow[i,j] <= width[i,j]"),
    ]
    return model
  }

  private static func location(_ s: inout RandomStream) -> FiveElementStatement {
    let (n, m) = (2 + s.integer(below: 2), 3 + s.integer(below: 3))
    var model = FiveElementStatement(name: "location")
    model.sets = [.init("SITE", names("site", n)), .init("SHOP", names("shop", m))]
    model.parameters = [
      .init("rent", over: ["SITE"], numbers(n, 20, 60, &s)), .init("demand", over: ["SHOP"], numbers(m, 5, 15, &s)),
      .init("way", over: ["SITE", "SHOP"], numbers(n * m, 1, 6, &s)),
      .init("size", over: ["SITE"], numbers(n, 80, 99, &s)),
    ]
    model.variables = [
      .init("open", over: ["SITE"], kind: .binary), .init("bring", over: ["SITE", "SHOP"], lower: "0"),
    ]
    model.objective =
      "sum(i in SITE) rent[i] * open[i] + sum(i in SITE, j in SHOP) way[i,j] * bring[i,j]"
    model.constraints = [
      .init("all", for: "j in SHOP", "sum(i in SITE) bring[i,j] == demand[j]"),
      .init("room", for: "i in SITE", "sum(j in SHOP) bring[i,j] <= size[i] * open[i]"),
    ]
    return model
  }

  private static func lots(_ s: inout RandomStream) -> FiveElementStatement {
    let n = 3 + s.integer(below: 4)
    var model = FiveElementStatement(name: "lots")
    model.sets = [.init("DAY", (1...n).map { "\($0)" })]
    model.parameters = [
      .init("demand", over: ["DAY"], numbers(n, 5, 20, &s)), .init("setup", over: ["DAY"], numbers(n, 10, 40, &s)),
      .init("hold", over: ["DAY"], numbers(n, 0.2, 2, &s)), .init("most", numbers(1, 40, 60, &s)),
    ]
    model.variables = [
      .init("make", over: ["DAY"], lower: "0"), .init("stock", over: ["DAY"], lower: "0"),
      .init("run", over: ["DAY"], kind: .binary),
    ]
    model.objective = "sum(t in DAY) (setup[t] * run[t] + hold[t] * stock[t])"
    model.constraints = [
      .init("begin", "make[1] == demand[1] + stock[1]"),
      .init("balance", for: "t in DAY where t > 1", "stock[t-1] + make[t] == demand[t] + stock[t]"),
      .init("started", for: "t in DAY", "make[t] <= most * run[t]"),
    ]
    return model
  }

  private static func portfolio(_ s: inout RandomStream) -> FiveElementStatement {
    let n = 3 + s.integer(below: 4)
    var model = FiveElementStatement(name: "portfolio")
    model.sets = [.init("SHARE", names("share", n))]
    model.parameters = [
      .init("risk", over: ["SHARE"], numbers(n, 1, 9, &s)), .init("gain", over: ["SHARE"], numbers(n, 0.02, 0.2, &s)),
      .init("budget", numbers(1, 5, 9, &s)), .init("wanted", numbers(1, 0.1, 0.2, &s)),
    ]
    model.variables = [.init("buy", over: ["SHARE"], lower: "0")]
    model.objective = "sum(i in SHARE) risk[i] * buy[i]^2"
    model.constraints = [
      .init("spent", "sum(i in SHARE) buy[i] == budget"),
      .init("gained", "sum(i in SHARE) gain[i] * buy[i] >= wanted"),
    ]
    return model
  }
}
