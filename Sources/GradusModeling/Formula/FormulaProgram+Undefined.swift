// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
public import GradusNumerics

extension FormulaProgram {
  /// Where a value first stops being a number at `point`: the sub-expression, its inputs, and the row it belongs to.
  ///
  ///     row flow: log(x - y) is nan, because x - y is -0.5
  ///
  /// Nil when everything is finite there. Cost: one evaluation, and one more pass when something is found.
  public func undefinedValue(at point: Vector) -> String? {
    guard point.count == variableCount, graph.count > 0 else { return nil }
    if let j = point.indices.first(where: { !point[$0].isFinite }) {
      return "\(linear.columnNames[j]) is \(point[j])"
    }
    let values = graph.values(upTo: FormulaGraph.Node(graph.count - 1), at: point.elements)
    let roots = rows.enumerated().map { ("row \(linear.rowNames[$0])", $1) } + [("the objective", objective)]
    for (name, root) in roots {
      guard let root, !values[Int(root)].isFinite, let culprit = culprit(under: root, values) else { continue }
      return "\(name): \(sentence(culprit, values))"
    }
    return nil
  }

  /// The first node under `root`, arguments before users, that is not finite although its arguments are.
  private func culprit(under root: FormulaGraph.Node, _ values: [Double]) -> FormulaGraph.Node? {
    var needed = [Bool](repeating: false, count: Int(root) + 1)
    needed[Int(root)] = true
    var found: FormulaGraph.Node?
    for i in stride(from: Int(root), through: 0, by: -1) where needed[i] && !values[i].isFinite {
      let arguments = graph.range(of: FormulaGraph.Node(i)).map { Int(graph.arguments[$0]) }
      if arguments.allSatisfy({ values[$0].isFinite }) { found = FormulaGraph.Node(i) }
      for argument in arguments { needed[argument] = true }
    }
    return found
  }

  private func sentence(_ node: FormulaGraph.Node, _ values: [Double]) -> String {
    let text = FormulaText(self, limit: 80)
    let inputs = graph.range(of: node).map { graph.arguments[$0] }.filter { graph.operations[Int($0)] != .constant }
    let reasons = inputs.prefix(3).map { "\(text.text(of: $0)) is \(TextBuffer.shortest(values[Int($0)]))" }
    let outcome = values[Int(node)].isNaN ? "not a number" : "infinite"
    return "\(text.text(of: node)) is \(outcome)"
      + (reasons.isEmpty ? "" : ", because \(reasons.joined(separator: " and "))")
  }
}
