// SPDX-License-Identifier: Apache-2.0
import GradusDiscrete
import GradusLanguage
import GradusNumerics
import GradusPrograms

/// Random workflows with four ways to do each task, random trades, and what chooses task by task.
enum WorkLaboratory {
  /// A graph of tasks that fork and join: each waits for one or two of the four before it, or for none. The floor lies, in ln success,
  /// between the cheapest choice of each task and the surest one, at a quarter to three quarters of the way.
  static func graph(_ count: Int, _ random: RandomStream) throws -> WorkGraph {
    var stream = random
    let tasks = (0..<count).map { k in
      let near = Array(max(0, k - 4)..<k)
      let waits = k == 0 || stream.uniform() < 0.15 ? 0 : 1 + stream.integer(below: 2)
      let after = Set((0..<waits).map { _ in near[stream.integer(below: near.count)] })
      return WorkGraph.Task("task \(k)", after: after.sorted(), ways(&stream))
    }
    let free = try WorkGraph(tasks, weights: weights)
    let cheap = free.figures(of: cheapest(free) { _, _ in true })?.logSuccess ?? 0
    let sure = tasks.reduce(0) { $0 + ($1.alternatives.map { VectorMath.log($0.success) }.max() ?? 0) }
    let share = 0.25 + 0.5 * stream.uniform()
    return try WorkGraph(
      tasks, weights: weights, floor: VectorMath.exp(cheap + share * (sure - cheap)))
  }

  static let weights = WorkGraph.Weights(money: 1, time: 0.5, quality: 2)

  /// Code, a small model, a large one, a person: each dearer, slower and surer than the one before, on the mean.
  static func ways(_ stream: inout RandomStream) -> [WorkGraph.Alternative] {
    func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * stream.uniform() }
    return [
      .init("code", money: between(0.05, 0.5), time: between(0.1, 0.5), success: between(0.6, 0.95)),
      .init("small", money: between(0.2, 1), time: between(0.3, 1.5), success: between(0.7, 0.95)),
      .init("large", money: between(1, 4), time: between(0.5, 3), success: between(0.85, 0.99)),
      .init("person", money: between(4, 12), time: between(4, 16), success: between(0.95, 0.999)),
    ]
  }

  // MARK: Task by task

  /// How a greedy choice keeps the floor.
  enum Greedy: Sendable, CaseIterable {
    /// Each task keeps its share: successᵢ ≥ floor^(1/n), else it takes the surest.
    case share
    /// In order, the cheapest after which the surest of the rest still reach the floor.
    case order
    /// The cheapest of each, then raised where ln success costs least, until the floor is kept. It looks at all tasks at a time.
    case raise
  }

  /// nil where the floor is not kept.
  static func greedy(_ rule: Greedy, _ graph: WorkGraph) -> Double? {
    let floor = VectorMath.log(graph.floor)
    let count = Double(graph.tasks.count)
    var choice: [Int]
    switch rule {
    case .share:
      choice = cheapest(graph) { _, way in VectorMath.log(way.success) >= floor / count }
    case .order:
      let best = graph.tasks.map { $0.alternatives.map { VectorMath.log($0.success) }.max() ?? 0 }
      var left = floor - best.reduce(0, +)
      choice = []
      for (k, task) in graph.tasks.enumerated() {
        left += best[k]
        let fits = task.alternatives.indices.filter { VectorMath.log(task.alternatives[$0].success) >= left - 1e-12 }
        let way = fits.min { own(graph, task.alternatives[$0]) < own(graph, task.alternatives[$1]) } ?? 0
        choice.append(way)
        left -= VectorMath.log(task.alternatives[way].success)
      }
    case .raise:
      choice = cheapest(graph) { _, _ in true }
      raise(&choice, graph)
    }
    guard let figures = graph.figures(of: choice), graph.admits(figures) else { return nil }
    return graph.cost(of: figures)
  }

  /// For each task by itself the cheapest that is allowed, else the surest.
  private static func cheapest(_ graph: WorkGraph, _ isAllowed: (Int, WorkGraph.Alternative) -> Bool) -> [Int] {
    graph.tasks.enumerated().map { k, task in
      let all = task.alternatives.indices
      let fits = all.filter { isAllowed(k, task.alternatives[$0]) }
      return fits.min { own(graph, task.alternatives[$0]) < own(graph, task.alternatives[$1]) }
        ?? all.max { task.alternatives[$0].success < task.alternatives[$1].success } ?? 0
    }
  }

  /// What a task costs by itself, its time included.
  private static func own(_ graph: WorkGraph, _ way: WorkGraph.Alternative) -> Double {
    graph.weights.money * way.money + graph.weights.time * way.time - graph.weights.quality
      * VectorMath.log(way.success)
  }

  private static func raise(_ choice: inout [Int], _ graph: WorkGraph) {
    while let figures = graph.figures(of: choice), !graph.admits(figures) {
      var best: (price: Double, task: Int, way: Int)?
      for (k, task) in graph.tasks.enumerated() {
        for way in task.alternatives.indices {
          let gain = VectorMath.log(task.alternatives[way].success / task.alternatives[choice[k]].success)
          guard gain > 0 else { continue }
          var other = choice
          other[k] = way
          guard let changed = graph.figures(of: other) else { continue }
          let price = (graph.cost(of: changed) - graph.cost(of: figures)) / gain
          if price < best?.price ?? .infinity { best = (price, k, way) }
        }
      }
      guard let best else { return }
      choice[best.task] = best.way
    }
  }

  /// The least cost, by looking at every choice. Nothing is left out, and nothing is shared with the search that it checks but the
  /// figures at the end.
  static func enumerated(_ graph: WorkGraph) -> Double? {
    let count = graph.tasks.count
    let ways = graph.tasks.map(\.alternatives)
    let logs = ways.map { $0.map { VectorMath.log($0.success) } }
    let floor = VectorMath.log(graph.floor)
    var best: (cost: Double, choice: [Int])?
    var choice = [Int](repeating: 0, count: count)
    var finish = [Double](repeating: 0, count: count)
    func visit(_ k: Int, _ cost: Double, _ quality: Double, _ time: Double) {
      guard k < count else {
        let total = cost + graph.weights.time * time
        if quality >= floor - 1e-12, total < best?.cost ?? .infinity { best = (total, choice) }
        return
      }
      var start = 0.0
      for other in graph.tasks[k].after { start = max(start, finish[other]) }
      for (number, way) in ways[k].enumerated() {
        choice[k] = number
        finish[k] = start + way.time
        visit(
          k + 1, cost + graph.weights.money * way.money - graph.weights.quality * logs[k][number],
          quality + logs[k][number],
          max(time, finish[k]))
      }
    }
    visit(0, 0, 0, 0)
    return best.flatMap { graph.figures(of: $0.choice) }.map { graph.cost(of: $0) }
  }

  // MARK: Trades

  /// Forty tasks among sixteen types, some of which need what is made from them, and an intention that can be fulfilled.
  static func trade(_ random: RandomStream) throws -> (knowledge: WorkKnowledge, intention: WorkIntention) {
    var stream = random
    let words = ["invoice", "order", "claim", "note", "code", "price", "report", "letter"]
    let types = (0..<16).map { "\(words[$0 % 8]) \($0)" }
    let kinds: [MiniType] = [.string, .int, .float, .list(.string)]
    while true {
      let tasks = (0..<40).map { k in
        // Mostly from lower types to higher ones; one in six runs against the stream.
        let produced = 2 + stream.integer(below: 14)
        let below = stream.integer(below: 6) == 0 ? 16 : produced
        let needs = Set((0...stream.integer(below: 3)).map { _ in types[stream.integer(below: below)] })
        return WorkTask(
          "task \(k)", "makes the \(types[produced]) with \(words[stream.integer(below: 8)])", requires: needs.sorted(),
          produces: types[produced])
      }
      let knowledge = try WorkKnowledge(
        types: Dictionary(uniqueKeysWithValues: types.enumerated().map { ($1, kinds[($0 / 2) % 4]) }), tasks: tasks)
      let intention = WorkIntention(
        inputs: [types[0], types[1]], outputs: [types[8 + stream.integer(below: 8)]],
        context: "with \(words[stream.integer(below: 8)])")
      if let plan = try? knowledge.plan(intention), plan.steps.count >= 3 { return (knowledge, intention) }
    }
  }

  /// A double that proposes edges among the tasks that it is shown: so many that types allow, and with this rate others.
  static func proposer(errors: Double, seed: UInt64) -> ScriptedModel {
    ScriptedModel("proposer") { prompt, number in
      var stream = RandomStream(seed: seed ^ UInt64(bitPattern: Int64(number)))
      // "name(needs) -> gives: summary"
      let tasks = prompt.split(separator: "\n").compactMap { line -> (name: String, needs: [String], gives: String)? in
        let text = line.hasPrefix("Tasks: ") ? line.dropFirst(7) : line
        guard text.hasPrefix("task "), let open = text.firstIndex(of: "("), let arrow = text.firstRange(of: ") -> "),
          let colon = text[arrow.upperBound...].firstIndex(of: ":")
        else { return nil }
        let needs = text[text.index(after: open)..<arrow.lowerBound].split(separator: ",").map {
          $0.drop { $0 == " " }
        }
        return (String(text[..<open]), needs.map(String.init), String(text[arrow.upperBound..<colon]))
      }
      var lines: [String] = []
      for task in tasks {
        for need in task.needs where stream.uniform() < 0.5 {
          let right = tasks.filter { $0.gives == need }.map(\.name)
          let from = stream.uniform() < errors ? tasks.map(\.name) : right
          if !from.isEmpty { lines.append("\(from[stream.integer(below: from.count)]) -> \(task.name)") }
        }
      }
      return "Edges:\n" + lines.joined(separator: "\n")
    }
  }
}
