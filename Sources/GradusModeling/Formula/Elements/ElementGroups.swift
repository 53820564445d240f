// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// A program as sums of few formulas, each applied to many choices of variables and numbers, and a rest:
///
///     root i = Σ over elements e of root i  φ_s(e)(x_e; p_e)  +  rest i
///
/// An element is an addend of the objective or of a row. Elements of one shape form a group; an addend whose shape is rare,
/// too large, or made mostly of sub-expressions that other addends share, stays in the rest. Discretized and chained
/// problems have a handful of groups and no rest. Source of the idea: partially separable functions (Griewank & Toint,
/// *Numer. Math.* 39 (1982) 119–137), with the element functions found and not declared.
struct ElementGroups {
  struct Group {
    var shape: ElementShape
    var variablesPerElement: Int
    var numbersPerElement: Int
    /// By element, `variablesPerElement` and `numbersPerElement` each; the last number is the weight of the addend.
    var variables: [Int32] = []
    var numbers: [Double] = []
    /// The root each element belongs to.
    var roots: [Int32] = []
    /// Cost of all elements, in operations.
    var work = 0.0

    var count: Int { roots.count }
    var isObjective: Bool { shape.isObjective }
  }

  /// Fewer elements of a shape, or less work in all of them, are not worth a program of their own.
  static let leastCount = 16
  static let leastWork = 200.0
  static let leastTotalWork = 2000.0
  static let groupLimit = 64

  private(set) var groups: [Group] = []
  /// What is left: a program with the same variables and rows and nothing linear; nil when nothing is left.
  private(set) var rest: FormulaProgram?

  private struct Addend {
    var root: Int32
    var weight: Double
    var node: Int32
    var group: Int32 = -1
  }

  /// Nil when elements do not pay. Cost: linear in the graph.
  init?(_ program: FormulaProgram) {
    let graph = program.graph
    guard Double(graph.count - program.variableCount) >= Self.leastTotalWork / 2 else { return nil }
    var addends: [Addend] = []
    var offsets = [Double](repeating: 0, count: program.constraintCount + 1)
    for (i, root) in (program.rows + [program.objective]).enumerated() {
      guard let root else { continue }
      if graph.operations[Int(root)] == .sum {
        offsets[i] = graph.numbers[Int(root)]
        for p in graph.range(of: root) {
          addends.append(Addend(root: Int32(i), weight: graph.weights[p], node: graph.arguments[p]))
        }
      } else {
        addends.append(Addend(root: Int32(i), weight: 1, node: root))
      }
    }
    guard let isElement = Self.count(addends, program) else { return nil }
    let found = Self.read(&addends, isElement, program)
    let kept = Self.choose(found)
    guard kept.reduce(0, { $0 + found[$1].work }) >= Self.leastTotalWork else { return nil }
    var isKept = [Bool](repeating: false, count: found.count)
    for k in kept { isKept[k] = true }
    groups = kept.map { found[$0] }
    let left = addends.filter { $0.group < 0 || !isKept[Int($0.group)] }
    if !left.isEmpty || offsets.contains(where: { $0 != 0 }) { rest = Self.rest(program, left, offsets) }
  }

  /// Which addends may be elements, with their nodes counted; nil when shared parts make that longer than the graph is.
  private static func count(_ addends: [Addend], _ program: FormulaProgram) -> (reader: ElementReader, fits: [Bool])? {
    var reader = ElementReader(program.graph, variableCount: program.variableCount)
    var budget = 8 * program.graph.count
    var fits: [Bool] = []
    fits.reserveCapacity(addends.count)
    for addend in addends {
      fits.append(reader.count(addend.node))
      budget -= 1 + reader.innerCount
      if budget < 0 { return nil }
    }
    return (reader, fits)
  }

  private static func read(
    _ addends: inout [Addend], _ counted: (reader: ElementReader, fits: [Bool]), _ program: FormulaProgram
  ) -> [Group] {
    var reader = counted.reader
    var groups: [Group] = []
    var index: [ElementShape: Int32] = [:]
    let objective = Int32(program.constraintCount)
    for k in addends.indices where counted.fits[k] {
      let addend = addends[k]
      // Computing shared parts again must not cost more than the parts themselves.
      guard reader.read(addend.node), 2 * reader.ownCost >= reader.cost else { continue }
      reader.mark(isObjective: addend.root == objective)
      let group: Int
      if let known = index[reader.shape] {
        group = Int(known)
      } else {
        group = groups.count
        index[reader.shape] = Int32(group)
        groups.append(
          Group(
            shape: reader.shape, variablesPerElement: reader.variables.count,
            numbersPerElement: reader.numbers.count + 1))
      }
      groups[group].variables.append(contentsOf: reader.variables)
      groups[group].numbers.append(contentsOf: reader.numbers)
      groups[group].numbers.append(addend.weight)
      groups[group].roots.append(addend.root)
      groups[group].work += reader.cost
      addends[k].group = Int32(group)
    }
    return groups
  }

  /// The groups worth a program, in the order they were found.
  private static func choose(_ groups: [Group]) -> [Int] {
    let worth = groups.indices.filter { groups[$0].count >= leastCount && groups[$0].work >= leastWork }
    guard worth.count > groupLimit else { return Array(worth) }
    return worth.sorted { (groups[$0].work, $1) > (groups[$1].work, $0) }.prefix(groupLimit).sorted()
  }

  private static func rest(_ program: FormulaProgram, _ addends: [Addend], _ offsets: [Double]) -> FormulaProgram {
    let source = program.graph
    let n = program.variableCount
    var isNeeded = [Bool](repeating: false, count: source.count)
    for addend in addends { isNeeded[Int(addend.node)] = true }
    for i in stride(from: source.count - 1, through: n, by: -1) where isNeeded[i] {
      for p in source.range(of: Int32(i)) { isNeeded[Int(source.arguments[p])] = true }
    }
    var graph = FormulaGraph()
    for j in 0..<n { _ = graph.variable(j) }
    var image = (0..<source.count).map { Int32($0) }
    for i in n..<max(n, source.count) where isNeeded[i] {
      let range = source.range(of: Int32(i))
      let weights = source.operations[i] == .sum ? source.weights[range] : []
      image[i] = graph.node(
        source.operations[i], number: source.numbers[i], source.arguments[range].map { image[Int($0)] },
        weights: weights)
    }
    var roots = [FormulaGraph.Node?](repeating: nil, count: offsets.count)
    var k = 0
    for i in offsets.indices {
      let first = k
      while k < addends.count, Int(addends[k].root) == i { k += 1 }
      let terms = addends[first..<k]
      if let only = terms.first, terms.count == 1, only.weight == 1, offsets[i] == 0 {
        roots[i] = image[Int(only.node)]
      } else if !terms.isEmpty || offsets[i] != 0 {
        roots[i] = graph.node(
          .sum, number: offsets[i], terms.map { image[Int($0.node)] }, weights: terms.map(\.weight))
      }
    }
    var linear = program.linear
    linear.costs = [Double](repeating: 0, count: n)
    linear.objectiveOffset = 0
    linear.matrix = SparseMatrix(rowCount: program.constraintCount, columnCount: n)
    let objective = roots.removeLast()
    return FormulaProgram(linear: linear, graph: graph, objective: objective, rows: roots, start: program.start)
  }
}
