// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// A program of formulas, evaluated for verification: linear parts in double-double arithmetic, formulas as jets.
struct ProgramView {
  let program: FormulaProgram
  let linear: RowView

  init(_ program: FormulaProgram) {
    self.program = program
    linear = RowView(program.linear)
  }

  private var graph: FormulaGraph { program.graph }

  /// All nodes along x + t·d at t = 0.
  func jets(_ x: [Double], along d: [Double]? = nil) -> [Jet] {
    var jets: [Jet] = []
    jets.reserveCapacity(graph.count)
    for i in 0..<graph.count {
      let range = graph.range(of: Int32(i))
      func argument(_ k: Int) -> Jet { jets[Int(graph.arguments[range.lowerBound + k])] }
      let number = graph.numbers[i]
      switch graph.operations[i] {
      case .constant: jets.append(Jet(number))
      case .variable: jets.append(Jet(x[Int(number)], d?[Int(number)] ?? 0))
      case .parameter: jets.append(Jet(.nan))
      case .sum:
        var total = Jet(number)
        for p in range { total = total + graph.weights[p] * jets[Int(graph.arguments[p])] }
        jets.append(total)
      case .conditional: jets.append(argument(0).value != 0 ? argument(1) : argument(2))
      default:
        jets.append(
          range.count == 1
            ? argument(0).applying(graph.operations[i], number: number)
            : argument(0).applying(graph.operations[i], argument(1)))
      }
    }
    return jets
  }

  /// Row activities and the objective, in the user's sense.
  func values(_ x: [Double]) -> (rows: [DoubleDouble], objective: DoubleDouble) {
    let jets = jets(x)
    var rows = linear.activities(x)
    for (i, root) in program.rows.enumerated() {
      if let root { rows[i] += DoubleDouble(jets[Int(root)].value) }
    }
    var objective = linear.objective(x)
    if let root = program.objective { objective += DoubleDouble(jets[Int(root)].value) }
    return (rows, objective)
  }

  /// ∇(w·f + Σ yᵢ·cᵢ), linear parts included, by one backward pass over the slopes of each node.
  func gradient(_ x: [Double], objectiveWeight w: Double, rowWeights y: [Double]) -> [Double] {
    let jets = jets(x)
    var adjoint = [Double](repeating: 0, count: graph.count)
    if let root = program.objective { adjoint[Int(root)] += w }
    for (i, root) in program.rows.enumerated() where y[i] != 0 {
      if let root { adjoint[Int(root)] += y[i] }
    }
    for i in stride(from: graph.count - 1, through: program.variableCount, by: -1) where adjoint[i] != 0 {
      let range = graph.range(of: Int32(i))
      for (k, p) in range.enumerated() {
        let slope = slope(i, k, range.map { jets[Int(graph.arguments[$0])] })
        if slope != 0 { adjoint[Int(graph.arguments[p])] += adjoint[i] * slope }
      }
    }
    let rows = linear.combination(y)
    return (0..<program.variableCount).map {
      (DoubleDouble.product(w, program.linear.costs[$0]) + rows[$0]).rounded + adjoint[$0]
    }
  }

  /// ∂node/∂argument k: the jet of the node when that argument alone moves with speed 1.
  private func slope(_ node: Int, _ k: Int, _ arguments: [Jet]) -> Double {
    let operation = graph.operations[node]
    if operation == .sum { return graph.weights[graph.range(of: Int32(node)).lowerBound + k] }
    if operation == .conditional {
      return k == 0 ? 0 : (arguments[0].value != 0) == (k == 1) ? 1 : 0
    }
    var moved = arguments.map { Jet($0.value) }
    moved[k].slope = 1
    return moved.count == 1
      ? moved[0].applying(operation, number: graph.numbers[node]).slope : moved[0].applying(operation, moved[1]).slope
  }

  /// dᵀ∇²(w·f + Σ yᵢ·cᵢ)d.
  func curvature(_ x: [Double], along d: [Double], objectiveWeight w: Double, rowWeights y: [Double]) -> Double {
    let jets = jets(x, along: d)
    var total = DoubleDouble.zero
    if let root = program.objective { total += DoubleDouble(w * jets[Int(root)].bend) }
    for (i, root) in program.rows.enumerated() where y[i] != 0 {
      if let root { total += DoubleDouble(y[i] * jets[Int(root)].bend) }
    }
    return total.rounded
  }

  /// ∇cᵢ with its linear part, dense.
  func rowGradient(_ i: Int, _ x: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: program.constraintCount)
    y[i] = 1
    return gradient(x, objectiveWeight: 0, rowWeights: y)
  }
}
