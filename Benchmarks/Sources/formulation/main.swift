// SPDX-License-Identifier: Apache-2.0
// What instances, comparisons and the reader of five-element models cost, each figure with its limit.
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics

let clock = ContinuousClock()

func seconds(_ time: Duration) -> Double {
  Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
}

func tell(_ name: String, _ value: Double, limit: Double) {
  print("\(name): \((value * 1000).rounded() / 1000) s (limit \(limit))")
}

// Pairs: a statement of each family in turn with its words, and beside it itself in other words, or with one mistake.
let families = InstanceFamilies.all
let pairs = 1000

func pair(_ k: Int) async throws -> String {
  var stream = RandomStream(seed: 1).child("pair", k)
  let family = families[k % families.count]
  let statement = family.statement(size: 20, difficulty: 0.5, &stream)
  _ = family.words(statement, &stream)
  var other: FiveElementStatement?
  if k % 2 == 0 {
    let mutation = ModelMutation.allCases[stream.integer(below: ModelMutation.allCases.count)]
    other = mutation.applied(to: statement, &stream)?.statement
  } else {
    let rewriting = HarmlessRewriting.allCases[stream.integer(below: HarmlessRewriting.allCases.count)]
    other = rewriting.applied(to: statement, &stream)
  }
  let verdict = try await ProblemComparison().compare(statement, other ?? statement, stream)
  switch verdict {
  case .same: return "same"
  case .different: return "different"
  case .undecided: return "undecided"
  }
}

var verdicts: [String: Int] = [:]
let began = clock.now
try await withThrowingTaskGroup(of: String.self) { group in
  for k in 0..<2 { group.addTask { try await pair(k) } }
  var next = 2
  while let verdict = try await group.next() {
    verdicts[verdict, default: 0] += 1
    guard next < pairs else { continue }
    let k = next
    group.addTask { try await pair(k) }
    next += 1
  }
}
tell("generating and comparing 1,000 pairs, two at a time", seconds(clock.now - began), limit: 60)
print("  " + verdicts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))

// A transportation model of 100,489 variables, as text.
var model = FiveElementStatement(name: "transportation")
let count = 317
var stream = RandomStream(seed: 2)
model.sets = [
  .init("PLANT", (0..<count).map { "p\($0)" }), .init("MARKET", (0..<count).map { "m\($0)" }),
]
model.parameters = [
  .init("cost", over: ["PLANT", "MARKET"], (0..<count * count).map { _ in Double(1 + stream.integer(below: 99)) }),
  .init("supply", over: ["PLANT"], (0..<count).map { _ in 20 }),
  .init("demand", over: ["MARKET"], (0..<count).map { _ in Double(1 + stream.integer(below: 20)) }),
]
model.variables = [.init("ship", over: ["PLANT", "MARKET"], lower: "0")]
model.objective = "sum(p in PLANT, m in MARKET) cost[p,m] * ship[p,m]"
model.constraints = [
  .init("stock", for: "p in PLANT", "sum(m in MARKET) ship[p,m] <= supply[p]"),
  .init("need", for: "m in MARKET", "sum(p in PLANT) ship[p,m] >= demand[m]"),
]
let text = model.text()
var times: [Double] = []
for _ in 0..<5 {
  let time = try clock.measure { _ = try FiveElementModel.parse(text: text) }
  times.append(seconds(time))
}
tell("reading a model of \(count * count) variables, \(text.utf8.count) bytes", times.sorted()[2], limit: 1)
