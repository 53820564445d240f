// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A model told back in plain words, with what it takes for granted, so that people who do not read formulas can say whether it is
/// theirs.
///
/// Five-element models are told from their own expressions, everything else row by row, at most `limit` rows. Every sentence is
/// made from the model alone. Cost: that of reading the model.
public struct ModelWords: Sendable, Hashable {
  public var name = ""
  /// What is decided: kinds, bounds, units.
  public var decided: [String] = []
  /// What is wanted, one sentence.
  public var wanted = ""
  /// What is required.
  public var required: [String] = []
  /// Sets and numbers.
  public var data: [String] = []
  /// What the model takes for granted.
  public var assumptions: [String] = []

  /// Rows, variables and elements that are told one by one.
  public static let limit = 30

  init() {}

  /// The problem in the file at `path`. Throws what `ModelFile.contents(path:)` does.
  public init(path: String) throws {
    switch ModelFormat(path: path) {
    case .yaml: self = try Self.told(try FileBytes.load(path), .yaml)
    case .json: self = try Self.told(try FileBytes.load(path), .json)
    default: self.init(try ModelFile.contents(path: path))
    }
  }

  /// The five-element model in a text.
  public init(text: String, notation: FiveElementModel.Notation = .yaml, path: String = "input") throws(ReadError) {
    self = try Self.told(FileBytes(path: path, text: text), notation)
  }

  /// All of it, for people.
  public var text: String {
    var lines = [name.isEmpty ? "A model without a name." : "The model \(name)."]
    func add(_ title: String, _ sentences: [String]) {
      guard !sentences.isEmpty else { return }
      lines += ["", title] + sentences.map { "  \($0)" }
    }
    add("What is decided", decided)
    add("What is wanted", [wanted])
    add("What is required", required)
    add("What is known", data)
    add("What is taken for granted", assumptions)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as a JSON object.
  public var json: JSONValue {
    [
      "schema": "gradus.words/1", "name": .string(name), "decided": JSONValue(strings: decided),
      "wanted": .string(wanted), "required": JSONValue(strings: required), "data": JSONValue(strings: data),
      "assumptions": JSONValue(strings: assumptions),
    ]
  }

  // MARK: Pieces

  /// As in `3 of 5 variables`, without a trailing `.0`.
  static func number(_ value: Double) -> String { TextBuffer.shortest(value) }

  /// `unit_cost` as people write it.
  static func plain(_ name: String) -> String { name.split(separator: "_").joined(separator: " ") }

  /// a, b and c; of more than `limit` the first ones and how many follow.
  static func listed(_ texts: [String], _ word: String = "and", limit: Int = ModelWords.limit) -> String {
    if texts.count > limit {
      return texts.prefix(limit).joined(separator: ", ") + ", … and \(texts.count - limit) more"
    }
    guard texts.count > 1, let last = texts.last else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: ", ") + " \(word) \(last)"
  }

  /// Between two bounds: `from 0 to 5`, `at least 0`, `at most 5`, `exactly 5`; nil for none.
  static func between(_ lower: Double, _ upper: Double) -> String? {
    if lower == upper { return "exactly \(number(lower))" }
    switch (lower.isFinite, upper.isFinite) {
    case (true, true): return "from \(number(lower)) to \(number(upper))"
    case (true, false): return "at least \(number(lower))"
    case (false, true): return "at most \(number(upper))"
    case (false, false): return nil
    }
  }

  /// What every model of this kind takes for granted.
  mutating func assume(_ program: FormulaProgram) {
    let form = program.linear
    let cut = form.kinds.contains { !$0.isIntegral }
    if cut, form.isDiscrete {
      assumptions.append("What is not called whole may take fractions.")
    } else if cut {
      assumptions.append("Everything may be cut: fractions of a thing are allowed.")
    } else if form.variableCount > 0 {
      assumptions.append("Everything comes in whole numbers.")
    }
    let negative = form.columnLower.count { $0 < 0 }
    assumptions.append(
      negative == 0
        ? "Nothing is negative."
        : negative == form.variableCount
          ? "Amounts may be negative." : "\(negative) of \(form.variableCount) amounts may be negative.")
    if program.isLinear {
      assumptions.append("Everything is in proportion: twice the amount costs, takes and brings twice as much.")
    }
    assumptions.append("All numbers are known for certain, and everything is decided at once.")
    assumptions.append("What is not forbidden above is allowed.")
  }
}
