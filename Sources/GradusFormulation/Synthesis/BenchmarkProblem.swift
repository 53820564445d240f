// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A published answer: an optimum, or that there is none.
public enum BenchmarkAnswer: Sendable, Hashable, Codable {
  case number(Double)
  /// Infeasible or unbounded; files say so with −99999, `null` or words.
  case none
  /// Something that is no answer; such items are not scored.
  case unreadable(String)

  /// Reads what a file holds. Texts: a number, with separators of thousands or a sign of currency in front; or that there is no
  /// solution.
  public init(json: JSONValue?) {
    switch json {
    case nil, .null: self = .none
    case .integer(-99999), .number(-99999): self = .none
    case .integer(let value): self = .number(Double(value))
    case .number(let value): self = value.isFinite ? .number(value) : .none
    case .string(let text):
      let plain = text.filter { !$0.isWhitespace && $0 != "," && $0 != "$" && $0 != "€" }.lowercased()
      let words = [
        "nobestsolution", "nosolution", "nofeasiblesolution", "infeasible", "unbounded", "none", "null", "nan", "inf",
        "-inf",
      ]
      if words.contains(plain) {
        self = .none
      } else if let value = Double(plain), value.isFinite {
        self = value == -99999 ? .none : .number(value)
      } else {
        self = .unreadable(String(text.prefix(100)))
      }
    case .array(let elements) where elements.count == 1: self = BenchmarkAnswer(json: elements[0])
    default: self = .unreadable(json?.kindName ?? "nothing")
    }
  }

  /// Whether an execution gives this answer: |found − published| ≤ tolerance·max(1, |published|), or no optimum where none is
  /// published.
  public func agrees(with execution: ModelExecution, tolerance: Double) -> Bool {
    switch self {
    case .number(let value):
      guard execution.hasOptimum, let found = execution.objective else { return false }
      return abs(found - value) <= tolerance * max(1, abs(value))
    case .none: return [.infeasible, .unbounded, .infeasibleOrUnbounded].contains(execution.status)
    case .unreadable: return false
    }
  }

  /// For messages.
  public var text: String {
    switch self {
    case .number(let value): "\(value)"
    case .none: "no optimum"
    case .unreadable(let text): "'\(text)'"
    }
  }
}

/// A word problem with its published answer.
public struct BenchmarkProblem: Sendable, Hashable, Codable {
  public var id: String
  public var problem: String
  public var answer: BenchmarkAnswer

  public init(id: String, problem: String, answer: BenchmarkAnswer) {
    self.id = id
    self.problem = problem
    self.answer = answer
  }

  /// Reads the lines of a `.jsonl` text, each `{"id": …, "problem": …, "answer": …}`; empty lines are passed over. Throws the
  /// first line that is something else, and an identifier that is there twice. Cost: linear in the text.
  public static func read(_ text: String, path: String = "input") throws(ReadFault) -> [BenchmarkProblem] {
    var found: [BenchmarkProblem] = []
    var seen: Set<String> = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (k, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let json: JSONValue
      do throws(JSONError) {
        json = try JSONValue(parsing: String(line))
      } catch {
        throw ReadFault("\(path):\(k + 1): \(error.cause); expected one JSON object a line")
      }
      let id = json["id"]?.text ?? json["id"]?.whole.map(String.init)
      guard let id, let problem = json["problem"]?.text else {
        throw ReadFault("\(path):\(k + 1): no id or no problem; expected {\"id\": …, \"problem\": …, \"answer\": …}")
      }
      guard seen.insert(id).inserted else {
        throw ReadFault("\(path):\(k + 1): '\(id.prefix(60))' is there twice; expected an id of its own for each")
      }
      found.append(BenchmarkProblem(id: id, problem: problem, answer: BenchmarkAnswer(json: json["answer"])))
    }
    return found
  }

  /// A file that is no list of problems, in one line.
  public struct ReadFault: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
      self.description = description.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
  }
}
