// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// An instance family in three parts: what there is, its numbers, its words.
///
/// The numbers are drawn for a structure that stands already, so giving other data is drawing them once more. A point that fulfils
/// every requirement is built into them, and the objective is bounded by the variables' ranges; each family says how.
protocol DrawnFamily: InstanceFamily {
  /// Never empty.
  var settings: [StorySetting] { get }

  /// Sets, parameters without numbers, variables, objective, constraints.
  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement

  /// Puts numbers into all parameters. `difficulty` from 0 to 1.
  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream)

  func tell(_ telling: inout Telling)
}

extension DrawnFamily {
  func statement(size: Int, difficulty: Double, _ stream: inout RandomStream) -> FiveElementStatement {
    let story = settings[stream.integer(below: settings.count)]
    var model = skeleton(min(max(1, size), 5000), story, &stream)
    model.name = name
    fill(&model, min(max(difficulty, 0), 1), &stream)
    return model
  }

  /// A statement of another family, or one without elements, comes back as it is. The difficulty is medium, since no statement
  /// holds it.
  func resampled(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> FiveElementStatement {
    guard statement.name == name, statement.sets.allSatisfy({ !$0.elements.isEmpty }) else { return statement }
    var model = statement
    // A table of few small numbers can come out the same by chance.
    for _ in 0..<50 where model.parameters == statement.parameters { fill(&model, 0.5, &stream) }
    return model
  }

  func words(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> String {
    var telling = Telling(statement, StorySetting.of(statement, among: settings), &stream)
    tell(&telling)
    return telling.finish()
  }
}

extension FiveElementStatement {
  /// A parameter whose numbers come later.
  mutating func declare(_ name: String, over: [String] = [], unit: String? = nil) {
    parameters.append(Parameter(name, over: over, [], unit: unit))
  }

  /// Replaces the numbers of a parameter; nothing where there is none of that name.
  mutating func put(_ name: String, _ values: [Double]) {
    guard let k = parameters.firstIndex(where: { $0.name == name }) else { return }
    parameters[k].values = values
  }

  mutating func put(_ name: String, _ value: Double) { put(name, [value]) }

  /// How many elements a set has; 0 for an unknown one.
  func size(_ set: String) -> Int { count(over: [set]) ?? 0 }

  func elements(_ set: String) -> [[String]] { sets.first { $0.name == set }?.elements ?? [] }
}

extension RandomStream {
  /// A whole number from `low` to `high`, both included.
  mutating func whole(_ low: Int, _ high: Int) -> Double { Double(low + integer(below: max(1, high - low + 1))) }

  mutating func wholes(_ count: Int, _ low: Int, _ high: Int) -> [Double] { (0..<count).map { _ in whole(low, high) } }

  /// A number from `low` to `high` with one decimal.
  mutating func tenth(_ low: Double, _ high: Double) -> Double { (uniform(low, high) * 10).rounded() / 10 }

  mutating func tenths(_ count: Int, _ low: Double, _ high: Double) -> [Double] {
    (0..<count).map { _ in tenth(low, high) }
  }
}

/// Numbers of rows and columns for a wanted number of variables.
enum InstanceShape {
  /// Of the shapes in both ranges, neither side more than `aspect` times the other, one whose count comes within `tolerance` of
  /// `size`, or else the nearest.
  static func near(
    _ size: Int, _ rows: ClosedRange<Int>, _ columns: ClosedRange<Int>, aspect: Int = 3, tolerance: Double = 0.06,
    _ stream: inout RandomStream, count: (Int, Int) -> Int
  ) -> (rows: Int, columns: Int) {
    var shapes: [(rows: Int, columns: Int, error: Int)] = []
    for r in rows {
      for c in columns where r <= aspect * c && c <= aspect * r { shapes.append((r, c, abs(count(r, c) - size))) }
    }
    let least = shapes.map(\.error).min() ?? 0
    let near = shapes.filter { $0.error <= max(least, Int(tolerance * Double(size))) }
    guard !near.isEmpty else { return (rows.lowerBound, columns.lowerBound) }
    let shape = near[stream.integer(below: near.count)]
    return (shape.rows, shape.columns)
  }
}
