// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
public import GradusPrograms

/// How good what came of a place is, the higher the better.
public struct WorkflowMetric: Sendable {
  /// How it is measured.
  public enum Form: Sendable {
    /// An expression over the values of the place, all of them texts.
    case expression(MiniCode, names: [String], type: MiniType)
    /// A command that prints a number, or {"score": …, "remark": "…"}.
    case command([TextTemplate], input: TextTemplate?)
    /// A language model that answers with a number from 0 to `scale`.
    case judge(TextTemplate, scale: Double)
  }

  public var form: Form
  /// What is said of a place beside its score; nil: the output and, where the data have one, the target.
  public var remark: TextTemplate?
  public var timeout = 60.0

  public init(_ form: Form, remark: TextTemplate? = nil) {
    self.form = form
    self.remark = remark
  }

  /// Reads an expression of the MiniVM, such as `exact(output, target)` or `0.5 * f1(output, target) + 0.5 * float(len(output) < 80)`.
  ///
  /// Every name of a place is a `String`. Beside the built-in functions of the MiniVM there are `exact(a, b)` (blanks and case apart),
  /// `holds(a, b)` (whether b stands in a), `same(a, b, tolerance)` (the last numbers of both), `value(a)` (the last number), `f1(a, b)`
  /// (of words) and `score(condition)`. The result is a `Float`, an `Int` or a `Bool`. Throws the first fault.
  public init(expression text: String, names: [String]) throws(MiniError) {
    let parameters = names.map { "\(Self.identifier($0)): String" }.joined(separator: ", ")
    var first: MiniError?
    for type in [MiniType.float, .bool, .int] {
      do {
        let code = try MiniCode(
          parsing: "fn metric(\(parameters)) -> \(type) {\n  return \(text)\n}\n", tools: Self.tools)
        self.init(.expression(code, names: names, type: type))
        return
      } catch {
        var fault = error
        // The text begins in the second line, nine characters in.
        fault.place.line = max(1, fault.place.line - 1)
        fault.place.column = max(1, fault.place.column - 9)
        first = first ?? fault
      }
    }
    throw first ?? MiniError(MiniPlace(line: 1, column: 1), "no metric", remedy: "write exact(output, target)")
  }

  /// A name as the MiniVM knows it: a dot is an underscore.
  static func identifier(_ name: String) -> String {
    String(name.map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "_" })
  }

  /// The value of an expression for a place. Throws where there is none.
  static func evaluate(
    _ code: MiniCode, _ names: [String], _ values: [String: String]
  ) throws(WorkflowError) -> Double {
    let execution = code.run("metric", names.map { .string(values[$0] ?? "") })
    switch execution.end {
    case .value(.float(let value)): return value
    case .value(.int(let value)): return Double(value)
    case .value(.bool(let value)): return value ? 1 : 0
    case .value: throw WorkflowError("the metric gives no number")
    case .fault(let fault): throw WorkflowError("the metric failed: \(fault)")
    }
  }

  private static let tools: [MiniTool] = {
    @Sendable func plain(_ value: MiniValue) -> String { (value.string ?? "").trimmed.lowercased() }
    func tool(
      _ name: String, _ types: [MiniType], _ result: MiniType,
      _ body: @escaping @Sendable ([MiniValue]) throws -> MiniValue
    ) -> MiniTool {
      MiniTool(name, types.enumerated().map { .init("a\($0)", $1) }, result: result, answer: body)
    }
    @Sendable func number(_ value: MiniValue) throws(WorkflowError) -> Double {
      guard let number = FieldType.number(in: value.string ?? "") else {
        throw WorkflowError("there is no number in '\(ModelFailure.plain(value.string ?? ""))'")
      }
      return number
    }
    return [
      tool("exact", [.string, .string], .float) { .float(plain($0[0]) == plain($0[1]) ? 1 : 0) },
      tool("holds", [.string, .string], .bool) { .bool(plain($0[0]).contains(plain($0[1]))) },
      tool("value", [.string], .float) { .float(try number($0[0])) },
      tool("same", [.string, .string, .float], .bool) { all in
        guard case .float(let tolerance) = all[2], let a = try? number(all[0]) else { return .bool(false) }
        return .bool(abs(a - (try number(all[1]))) <= tolerance)
      },
      tool("f1", [.string, .string], .float) { .float(f1(plain($0[0]), plain($0[1]))) },
      tool("score", [.bool], .float) { .float($0[0].bool == true ? 1 : 0) },
    ]
  }()

  /// The harmonic mean of precision and recall of words, each counted as often as it stands there.
  static func f1(_ a: String, _ b: String) -> Double {
    func words(_ text: String) -> [String] { text.split { !$0.isLetter && !$0.isNumber }.map(String.init) }
    let (x, y) = (words(a), words(b))
    guard !x.isEmpty, !y.isEmpty else { return x.isEmpty == y.isEmpty ? 1 : 0 }
    var left: [String: Int] = [:]
    for word in y { left[word, default: 0] += 1 }
    var both = 0
    for word in x where (left[word] ?? 0) > 0 {
      both += 1
      left[word, default: 0] -= 1
    }
    guard both > 0 else { return 0 }
    let (precision, recall) = (Double(both) / Double(x.count), Double(both) / Double(y.count))
    return 2 * precision * recall / (precision + recall)
  }
}
