// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// The second derivatives of a program's elements, compiled: one pattern for elements and rest, and where everything goes.
struct ElementCurvature: Sendable {
  struct Group: Sendable {
    let program: BlockProgram
    /// Entry of the pattern of output k of element e: k·stride + e.
    let places: [Int32]
  }

  /// The upper triangle between variables, with zeros.
  let pattern: SparseMatrix
  let groups: [Group]
  /// What does not move with the point in the objective, by entry; empty when there is nothing of the kind.
  let base: [Double]
  let rest: CurvatureProgram?
  let restPlaces: [Int32]

  /// Cost: linear in the entries of all elements.
  init(_ elements: ElementTape) {
    let rest = elements.rest.map { CurvatureProgram($0) }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    func ends(_ group: ElementTape.Group, _ e: Int, _ first: Int, _ second: Int) -> (row: Int, column: Int) {
      let a = Int(group.variables[first * group.stride + e])
      let b = Int(group.variables[second * group.stride + e])
      return (min(a, b), max(a, b))
    }
    for group in elements.groups {
      for (first, second, _) in group.formula.hessian {
        for e in 0..<group.count {
          let (row, column) = ends(group, e, first, second)
          triplets.append((row, column, 0))
        }
      }
    }
    if let rest {
      for j in 0..<rest.pattern.columnCount {
        for p in rest.pattern.range(ofColumn: j) { triplets.append((Int(rest.pattern.rows[p]), j, 0)) }
      }
    }
    let n = elements.variableCount
    let pattern = SparseMatrix(rowCount: n, columnCount: n, triplets: triplets)
    triplets = []
    var base: [Double] = []
    var groups: [Group] = []
    for group in elements.groups {
      var outputs: [FormulaGraph.Node] = []
      var places: [Int32] = []
      for (first, second, node) in group.formula.hessian {
        let constant = group.isObjective ? group.formula.graph.constant(at: node) : nil
        if constant != nil, base.isEmpty { base = pattern.values }
        if constant == nil { outputs.append(node) }
        for e in 0..<group.stride {
          let (row, column) = ends(group, e, first, second)
          let place = pattern.place(row: Int32(row), column: column)
          if let constant {
            if e < group.count { base[place] += constant }
          } else {
            places.append(Int32(place))
          }
        }
      }
      groups.append(
        Group(
          program: BlockProgram(group.formula.graph, outputs: outputs, memo: group.memo, numbers: group.differing),
          places: places))
    }
    self.pattern = pattern
    self.groups = groups
    self.base = base
    self.rest = rest
    restPlaces = rest.map { Self.places(of: $0.pattern, in: pattern) } ?? []
  }

  /// Where the entries of `part` lie in `whole`; −1 for those it lacks.
  static func places(of part: SparseMatrix, in whole: SparseMatrix) -> [Int32] {
    var places: [Int32] = []
    places.reserveCapacity(part.entryCount)
    for j in 0..<part.columnCount {
      for p in part.range(ofColumn: j) {
        let place = whole.place(row: part.rows[p], column: j)
        let isThere = place < Int(whole.starts[j + 1]) && whole.rows[place] == part.rows[p]
        places.append(isThere ? Int32(place) : -1)
      }
    }
    return places
  }
}
