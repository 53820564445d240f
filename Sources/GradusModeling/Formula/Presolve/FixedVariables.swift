// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// Variables with equal bounds as numbers: f(x, x̄) as a formula in x alone.
///
/// Back: the price of a fixed variable is what the rows leave of its gradient, ∂f/∂x̄ − Σ yᵢ·∂gᵢ/∂x̄.
public struct FixedVariables: Reformulation {
  public let target: FormulaProgram
  private let source: FormulaProgram
  private let kept: [Int]

  /// Nil when no variable is fixed.
  init?(_ program: FormulaProgram) throws(ContradictoryProgram) {
    let form = program.linear
    let n = program.variableCount
    for j in 0..<n where form.columnLower[j] > form.columnUpper[j] && form.kinds[j] == .continuous {
      throw ContradictoryProgram(
        description: "the bounds of \(form.columnNames[j]) contradict each other")
    }
    let isFixed = (0..<n).map {
      form.columnLower[$0] == form.columnUpper[$0] && form.columnLower[$0].isFinite
    }
    guard isFixed.contains(true) else { return nil }
    source = program
    kept = (0..<n).filter { !isFixed[$0] }
    var place = [Int](repeating: -1, count: n)
    for (k, j) in kept.enumerated() { place[j] = k }

    var graph = FormulaGraph()
    for k in kept.indices { _ = graph.variable(k) }
    var image = [FormulaGraph.Node](repeating: 0, count: program.graph.count)
    for i in program.graph.operations.indices {
      image[i] =
        i < n
        ? (isFixed[i] ? graph.constant(form.columnLower[i]) : FormulaGraph.Node(place[i]))
        : graph.copied(FormulaGraph.Node(i), from: program.graph, image)
    }
    let roots = (program.rows + [program.objective]).map { $0.map { image[Int($0)] } }
    var assembler = ProgramAssembler(
      graph, variableCount: kept.count, roots: roots.compactMap { $0 })
    var costs = kept.map { form.costs[$0] }
    var offset = form.objectiveOffset
    var triplets: [(row: Int, column: Int, value: Double)] = []
    var shifts = [Double](repeating: 0, count: program.constraintCount)
    for j in 0..<n {
      if isFixed[j] { offset += form.costs[j] * form.columnLower[j] }
      for p in form.matrix.range(ofColumn: j) {
        let i = Int(form.matrix.rows[p])
        if isFixed[j] {
          shifts[i] += form.matrix.values[p] * form.columnLower[j]
        } else {
          triplets.append((i, place[j], form.matrix.values[p]))
        }
      }
    }
    var nodes: [FormulaGraph.Node?] = []
    for (i, root) in roots.enumerated() {
      guard let root else {
        nodes.append(nil)
        continue
      }
      let parts = assembler.root(root)
      nodes.append(parts.node)
      if i == program.constraintCount {
        offset += parts.offset
        for term in parts.linear { costs[term.column] += term.weight }
      } else {
        shifts[i] += parts.offset
        triplets += parts.linear.map { (i, $0.column, $0.weight) }
      }
    }
    var result = StandardForm(
      costs: costs,
      matrix: SparseMatrix(rowCount: shifts.count, columnCount: kept.count, triplets: triplets),
      rowLower: zip(form.rowLower, shifts).map { $0 - $1 },
      rowUpper: zip(form.rowUpper, shifts).map { $0 - $1 },
      columnLower: kept.map { form.columnLower[$0] },
      columnUpper: kept.map { form.columnUpper[$0] },
      kinds: kept.map { form.kinds[$0] }, rowNames: form.rowNames,
      columnNames: NameTable(kept.map { form.columnNames[$0] }))
    result.name = form.name
    result.sense = form.sense
    result.objectiveName = form.objectiveName
    result.objectiveOffset = offset
    var target = FormulaProgram(
      linear: result, graph: assembler.graph, objective: nodes.last ?? nil,
      rows: Array(nodes.dropLast()),
      start: Vector(kept.map { program.start[$0] }))
    target.hasStart = program.hasStart
    self.target = target
  }

  public func restored(_ answer: ProgramAnswer) -> ProgramAnswer {
    var result = ProgramAnswer(
      point: Vector(source.linear.columnLower), multipliers: answer.multipliers,
      reducedCosts: .zeros(source.variableCount))
    for (k, j) in kept.enumerated() {
      result.point[j] = answer.point[k]
      result.reducedCosts[j] = answer.reducedCosts[k]
    }
    let tape = Tape(source)
    var workspace = TapeWorkspace(tape)
    workspace.evaluate(at: result.point.elements)
    var gradient = source.linear.costs
    let m = source.constraintCount
    workspace.reverse(m) { place, derivative in gradient[Int(tape.supports[place])] += derivative }
    for i in 0..<m where result.multipliers[i] != 0 {
      workspace.reverse(i, weight: -result.multipliers[i]) { place, derivative in
        gradient[Int(tape.supports[place])] += derivative
      }
    }
    let isKept = Set(kept)
    for j in 0..<source.variableCount where !isKept.contains(j) {
      for p in source.linear.matrix.range(ofColumn: j) {
        gradient[j] -=
          source.linear.matrix.values[p] * result.multipliers[Int(source.linear.matrix.rows[p])]
      }
      result.reducedCosts[j] = gradient[j]
    }
    return result
  }
}

extension FormulaGraph {
  /// A node of another graph with its arguments replaced by their images here, in canonical form.
  mutating func copied(_ node: Node, from source: FormulaGraph, _ image: [Node]) -> Node {
    let i = Int(node)
    let places = source.range(of: node)
    func argument(_ k: Int) -> Node { image[Int(source.arguments[places.lowerBound + k])] }
    switch source.operations[i] {
    case .constant: return constant(source.numbers[i])
    case .variable, .parameter: return image[Int(source.numbers[i])]
    case .sum:
      return sum(
        places.map { (source.weights[$0], image[Int(source.arguments[$0])]) },
        offset: source.numbers[i])
    case .square: return power(argument(0), exponent: 2)
    case .constantPower: return power(argument(0), exponent: source.numbers[i])
    case .conditional: return conditional(argument(0), argument(1), argument(2))
    default:
      return source.operations[i].arity == 1
        ? unary(source.operations[i], argument(0))
        : binary(source.operations[i], argument(0), argument(1))
    }
  }
}
