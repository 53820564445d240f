// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusModeling

/// A model that grows step by step: variables, an objective, then one constraint after the other, each a sentence and a formal
/// line.
///
/// **Law** From the third step on every prefix is a whole problem; an added constraint never improves the optimum.
///
/// Source: Yang et al., "OptiBench Meets ReSocratic: Measure and Improve LLMs for Optimization Modeling" (2024), section 4.
public struct SocraticDemonstration: Sendable, Hashable, Codable {
  /// Linear or not, with its data in a table or in sentences.
  public enum Category: String, Sendable, Codable, CaseIterable {
    case linear, linearTable = "linear-table", nonlinear, nonlinearTable = "nonlinear-table"

    public var isLinear: Bool { self == .linear || self == .linearTable }
    public var hasTable: Bool { self == .linearTable || self == .nonlinearTable }
  }

  /// One step: what it says to people, and what it says formally.
  public struct Step: Sendable, Hashable, Codable {
    public var sentence: String
    /// A line of the five-element language: `make[i in ITEM]: integer, 0 <= make[i]`, `maximize sum(…) …`, `flour: … <= …`.
    public var line: String
    /// Names of the parameters that it brings.
    public var parameters: [String]

    public init(_ sentence: String, _ line: String, parameters: [String] = []) {
      self.sentence = sentence
      self.line = line
      self.parameters = parameters
    }
  }

  public var category: Category
  /// Variables, objective, constraint 1, …
  public var steps: [Step]
  /// The model with all constraints; constraint k is step k + 2.
  public var statement: FiveElementStatement

  public init(category: Category, steps: [Step], statement: FiveElementStatement) {
    self.category = category
    self.steps = steps
    self.statement = statement
  }

  /// The model of the first steps; nil for fewer than three or more than there are.
  public func prefix(_ count: Int) -> FiveElementStatement? {
    guard count >= 3, count <= steps.count, statement.constraints.count == steps.count - 2 else { return nil }
    var model = statement
    model.constraints = Array(statement.constraints.prefix(count - 2))
    let known = Set(steps.prefix(count).flatMap(\.parameters))
    model.parameters = statement.parameters.filter { known.contains($0.name) }
    return model
  }

  /// The problem of the first steps as a question in words, without formulas; nil where `prefix` is.
  public func question(_ count: Int) -> String? {
    guard let model = prefix(count) else { return nil }
    var parts = [steps[0].sentence]
    if category.hasTable { parts.append(Self.table(model)) }
    parts += steps[1..<count].map(\.sentence)
    if category.hasTable { parts.append("The numbers for each item stand in the table.") }
    parts.append(
      model.sense == .maximize
        ? "What is the largest result that can be reached, and with which amounts?"
        : "What is the smallest result that can be reached, and with which amounts?")
    return parts.joined(separator: "\n")
  }

  /// One line an item, one column a parameter by item.
  private static func table(_ model: FiveElementStatement) -> String {
    let columns = model.parameters.filter { $0.over == ["ITEM"] }
    let items = model.sets.first { $0.name == "ITEM" }?.elements.compactMap(\.first) ?? []
    let names = columns.map { column in column.unit.map { "\(spoken(column.name)) (\($0))" } ?? spoken(column.name) }
    var lines = ["| item | \(names.joined(separator: " | ")) |"]
    lines.append("|\(String(repeating: " --- |", count: columns.count + 1))")
    for (k, item) in items.enumerated() {
      let numbers = columns.map { $0.values.indices.contains(k) ? Self.number($0.values[k]) : "" }
      lines.append("| \(item) | \(numbers.joined(separator: " | ")) |")
    }
    return lines.joined(separator: "\n")
  }

  static func spoken(_ name: String) -> String { name.replacing("_", with: " ") }

  /// As people write it: whole numbers without a point.
  static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
