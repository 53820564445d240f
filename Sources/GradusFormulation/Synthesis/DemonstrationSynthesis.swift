// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
public import GradusNumerics

/// Draws demonstrations, one step after the other from a pool of seeds, and keeps them when every prefix has a finite optimum.
///
/// A point x° with whole numbers is drawn first and satisfies every row, so that no prefix is infeasible; the first row bounds
/// what is maximized. Variables are whole numbers in linear demonstrations, one in two, and continuous otherwise.
///
/// Source: Yang et al., "OptiBench Meets ReSocratic" (2024), section 4; the realiser and the pool are our own.
public struct DemonstrationSynthesis: Sendable {
  /// A trade: what it makes and what that takes.
  private struct Trade: Sendable {
    var place: String
    var verb: String
    var items: [String]
    var resources: [(name: String, unit: String)]
    var qualities: [(name: String, unit: String)]
  }

  private static let trades: [Trade] = [
    Trade(
      place: "A bakery", verb: "bake", items: ["bread", "rolls", "cake", "pretzels", "muffins"],
      resources: [("flour", "kg"), ("oven_time", "h"), ("butter", "kg")],
      qualities: [("calories", "kcal"), ("shelf_space", "m")]),
    Trade(
      place: "A workshop", verb: "build", items: ["chairs", "tables", "shelves", "desks", "stools"],
      resources: [("timber", "m"), ("sanding", "h"), ("varnish", "l")],
      qualities: [("seats", "seat"), ("floor", "m^2")]),
    Trade(
      place: "A farm", verb: "plant", items: ["wheat", "maize", "beans", "beets", "barley"],
      resources: [("water", "l"), ("labor", "h"), ("fertilizer", "kg")],
      qualities: [("protein", "kg"), ("straw", "kg")]),
    Trade(
      place: "A clinic", verb: "schedule", items: ["scans", "checkups", "vaccinations", "therapies", "tests"],
      resources: [("nurse_time", "h"), ("rooms", "h"), ("supplies", "pack")],
      qualities: [("patients", "person"), ("points", "point")]),
    Trade(
      place: "A print shop", verb: "print", items: ["posters", "books", "flyers", "cards", "calendars"],
      resources: [("paper", "kg"), ("ink", "l"), ("press_time", "h")],
      qualities: [("readers", "person"), ("pages", "page")]),
  ]

  public var executor: ModelExecutor

  public init(executor: ModelExecutor = ModelExecutor()) { self.executor = executor }

  /// A demonstration of a category with 1 to 4 constraints, and the optimum and point of each prefix from the third step on; nil
  /// when none of ten draws has finite optima. Throws what `ModelExecutor` throws. Cost: one solve a prefix.
  public func demonstration(
    _ category: SocraticDemonstration.Category, _ stream: RandomStream
  ) async throws -> SynthesizedDemonstration? {
    for attempt in 0..<10 {
      var own = stream.child("attempt", attempt)
      let drawn = Self.drawn(category, &own)
      var found: [ModelExecution] = []
      for count in 3...max(3, drawn.steps.count) {
        guard let model = drawn.prefix(count) else { break }
        let execution = try await executor.run(model.text())
        guard execution.hasOptimum, execution.objective?.isFinite == true else { break }
        found.append(execution)
      }
      if found.count == drawn.steps.count - 2 { return SynthesizedDemonstration(drawn, found) }
    }
    return nil
  }

  /// One draw without solving.
  static func drawn(
    _ category: SocraticDemonstration.Category, _ stream: inout RandomStream
  ) -> SocraticDemonstration {
    let trade = trades[stream.integer(below: trades.count)]
    let items = stream.permutation(trade.items.count).prefix(2 + stream.integer(below: 3)).map { trade.items[$0] }
    let isInteger = category.isLinear && stream.uniform() < 0.5
    var writer = DemonstrationWriter(
      category: category, items: items, verb: trade.verb, sense: stream.uniform() < 0.5 ? .maximize : .minimize,
      point: items.map { _ in Double(2 + stream.integer(below: 11)) })
    writer.variables(trade.place, isInteger: isInteger)
    writer.objective(&stream)
    let rows = 1 + stream.integer(below: 4)
    var resources = stream.permutation(trade.resources.count).map { trade.resources[$0] }
    var qualities = stream.permutation(trade.qualities.count).map { trade.qualities[$0] }
    var single = stream.permutation(items.count)
    for row in 0..<rows {
      // The first row is the one without which there is no finite or no interesting optimum.
      let kind = row == 0 ? (writer.model.sense == .maximize ? 0 : 1) : stream.integer(below: 4)
      switch kind {
      case 0 where !resources.isEmpty: writer.capacity(resources.removeLast(), &stream)
      case 1 where !qualities.isEmpty: writer.cover(qualities.removeLast(), &stream)
      case 2 where !single.isEmpty: writer.bound(single.removeLast(), isLower: true, &stream)
      case 3 where !single.isEmpty: writer.bound(single.removeLast(), isLower: false, &stream)
      default: continue
      }
    }
    return SocraticDemonstration(category: category, steps: writer.steps, statement: writer.model)
  }
}

/// A demonstration that was kept, with what each prefix gave.
public struct SynthesizedDemonstration: Sendable, Hashable {
  public var demonstration: SocraticDemonstration
  /// Of the prefixes with 3, 4, … steps.
  public var executions: [ModelExecution]

  public init(_ demonstration: SocraticDemonstration, _ executions: [ModelExecution]) {
    self.demonstration = demonstration
    self.executions = executions
  }

  /// Whether no added constraint improved the optimum, up to 1e-6 of it.
  public var isMonotone: Bool {
    let values = executions.compactMap(\.objective)
    let sign: Double = demonstration.statement.sense == .minimize ? 1 : -1
    return zip(values, values.dropFirst()).allSatisfy { sign * ($1 - $0) >= -1e-6 * max(1, abs($0)) }
  }

  /// The question and the program of a prefix as a benchmark item with its optimum and amounts; nil outside 3 … steps.
  public func item(_ id: String, steps count: Int) -> SynthesizedItem? {
    guard let model = demonstration.prefix(count), let question = demonstration.question(count),
      executions.indices.contains(count - 3), let optimum = executions[count - 3].objective
    else { return nil }
    let values = executions[count - 3].values
    let names = values.keys.sorted()
    return SynthesizedItem(
      id: id, category: demonstration.category.rawValue, question: question, program: model.text(),
      quantities: [BenchmarkQuantity(BenchmarkQuantity.optimum, optimum)]
        + names.map { BenchmarkQuantity($0, values[$0] ?? .nan) })
  }
}

/// A question, its program, and the quantities that an answer must give: a pair for training, or an item to be scored.
public struct SynthesizedItem: Sendable, Hashable, Codable {
  public var id: String
  public var category: String
  public var question: String
  public var program: String
  public var quantities: [BenchmarkQuantity]

  public init(id: String, category: String, question: String, program: String, quantities: [BenchmarkQuantity]) {
    self.id = id
    self.category = category
    self.question = question
    self.program = program
    self.quantities = quantities
  }
}
