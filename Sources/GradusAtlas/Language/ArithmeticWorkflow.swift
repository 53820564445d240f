// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace

/// A random program of three to six sums, differences and products over two numbers that may be changed and two that may not,
/// with a target that some values of the two numbers reach.
struct ArithmeticWorkflow: Sendable {
  enum Operation: String, Sendable, CaseIterable {
    case add, subtract, multiply

    func value(_ a: Double, _ b: Double) -> Double {
      switch self {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      }
    }

    /// What the advisor is told.
    var guide: String {
      switch self {
      case .add: "The sum of both."
      case .subtract: "The first less the second."
      case .multiply: "The product of both."
      }
    }
  }

  /// Operation and places of its operands among all values so far: x, y, two constants, then results.
  let steps: [(operation: Operation, first: Int, second: Int)]
  let constants: [Double]
  let start: [Double]
  let target: Double

  init(_ random: RandomStream) {
    var stream = random
    constants = (0..<2).map { _ in stream.uniform(0.5, 2) }
    start = (0..<2).map { _ in stream.uniform(-2, 2) }
    let count = 3 + stream.integer(below: 4)
    var steps: [(operation: Operation, first: Int, second: Int)] = []
    for k in 0..<count {
      let known = 4 + k
      // Each step uses the one before it, the first two use a parameter each: everything leads to the output.
      let first = k == 0 ? 0 : known - 1
      let second = k == 0 ? 2 : k == 1 ? 1 : stream.integer(below: known - 1)
      steps.append((Operation.allCases[stream.integer(below: 3)], first, second))
    }
    self.steps = steps
    let goal = (0..<2).map { _ in stream.uniform(-2, 2) }
    target = Self.value(steps, goal + constants)
  }

  private static func value(_ steps: [(operation: Operation, first: Int, second: Int)], _ roots: [Double]) -> Double {
    var values = roots
    for step in steps { values.append(step.operation.value(values[step.first], values[step.second])) }
    return values[values.count - 1]
  }

  /// |v − T| at two numbers.
  func distance(_ x: Double, _ y: Double) -> Double { abs(Self.value(steps, [x, y] + constants) - target) }

  var program: LanguageProgram {
    get throws {
      var guide: [String: String] = [:]
      for operation in Operation.allCases { guide[operation.rawValue] = operation.guide }
      return LanguageProgram(
        [
          try WorkflowParameter("x", .number(-100...100), start: .number(start[0])),
          try WorkflowParameter("y", .number(-100...100), start: .number(start[1])),
        ], guide: guide)
    }
  }

  func oracle(_ advisor: any LanguageModel) -> TracedProgram {
    TracedProgram(advisor: advisor) { trace in
      var nodes = [try trace.number("x"), try trace.number("y")]
      for (k, constant) in constants.enumerated() { nodes.append(trace.input("c\(k)", constant)) }
      for step in steps {
        let (a, b) = (nodes[step.first], nodes[step.second])
        nodes.append(
          trace.call(step.operation.rawValue, [a.id, b.id]) { step.operation.value(try a.value, try b.value) })
      }
      let output = nodes[nodes.count - 1]
      let value = try output.value
      return TracedProgram.Result(
        output: output.id, score: -abs(value - target), remark: "got \(value), wanted \(target)")
    }
  }
}
