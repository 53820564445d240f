// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// A program of formulas as a linear program over its variables, convex terms and exact products:
///
///     row     lower ≤ aᵀx + Σ wₖtₖ + Σ vₗzₗ + offset ≤ upper,      tₖ ≥ pₖ(x),      zₗ = xᵢ·xⱼ
///
/// Every tₖ stands with w > 0 in rows with an upper side alone (and in the objective), with w < 0 in rows with a lower side
/// alone, so that what satisfies this is feasible for the program and the other way round, at all points with whole integers.
/// Sums of terms are taken apart (disaggregation), quadratic forms into squares, products of powers into logarithms; that makes
/// the straight cuts of each term far stronger than cuts of the whole row.
/// Source: M. Tawarmalani, N. Sahinidis, *Math. Program.* 103 (2005) 225–249; H. Hijazi, P. Bonami, A. Ouorou, *INFORMS J.
/// Comput.* 26 (2014) 31–44.
struct ConvexSplit: Sendable {
  /// p = sign·node, convex.
  struct Term: Sendable, Hashable {
    var node: Int32
    var sign: Double
  }

  /// One row, or the objective (minimized).
  struct Part: Sendable {
    var lower = -Double.infinity
    var upper = Double.infinity
    var offset = 0.0
    var linear: [Int: Double] = [:]
    var terms: [(weight: Double, term: Int)] = []
    var products: [(weight: Double, product: Int)] = []
  }

  /// The program with nothing but the terms as rows, over the graph that holds them.
  private(set) var pieces: FormulaProgram
  private(set) var terms: [Term] = []
  private(set) var products: [ExactProduct] = []
  /// The rows, and the objective at the end.
  private(set) var parts: [Part] = []
  /// The ranges of all nodes of `pieces`.
  private(set) var ranges: [Interval]
  /// Rows (or, at the end, the objective) for which there is no such form.
  private(set) var doubts: [Int] = []

  /// `box` holds the bounds of the variables as far as they are known.
  init(_ program: FormulaProgram, box: [Interval]) {
    let m = program.constraintCount
    var opener = TermOpener(program, box: box)
    var drafts = (0...m).map { opener.open(part: $0) }
    (pieces, ranges) = Self.survey(program, opener.graph, box)
    var curvature = CurvatureSweep(pieces, ranges: ranges)
    // A second way for what the first left open.
    for i in 0...m where !drafts[i].isRight(curvature) { drafts[i] = opener.reopen(part: i, drafts[i]) }
    (pieces, ranges) = Self.survey(program, opener.graph, box)
    curvature = CurvatureSweep(pieces, ranges: ranges)
    let structure = FormulaStructure(program, ranges: Self.survey(program, program.graph, box).ranges)
    var places: [Term: Int] = [:]
    var productPlaces: [ExactProduct: Int] = [:]
    for i in 0...m {
      var draft = drafts[i]
      if !draft.isRight(curvature) {
        draft = opener.whole(part: i)
        if structure.doubts.contains(i) || draft.bend == 0 && !draft.nodes.isEmpty {
          doubts.append(i)
          continue
        }
      }
      var part = Part(lower: draft.lower, upper: draft.upper, offset: draft.offset, linear: draft.linear)
      for (node, weight) in draft.nodes.sorted(by: { $0.key < $1.key }) where weight != 0 {
        let sign = (weight > 0) == (draft.bend > 0) ? 1.0 : -1.0
        let term = Term(node: node, sign: sign)
        let place = places[term] ?? terms.count
        if place == terms.count {
          places[term] = place
          terms.append(term)
        }
        part.terms.append((weight * sign, place))
      }
      for (product, weight) in draft.products.sorted(by: { $0.key < $1.key }) where weight != 0 {
        let place = productPlaces[product] ?? products.count
        if place == products.count {
          productPlaces[product] = place
          products.append(product)
        }
        part.products.append((weight, place))
      }
      parts.append(part)
    }
    let nodes = terms.map(\.node)
    pieces = Self.pieces(program, opener.graph, nodes)
  }

  /// A program that has the formulas of `graph` behind the variables of `program`, with the ranges of all its nodes.
  private static func survey(
    _ program: FormulaProgram, _ graph: FormulaGraph, _ box: [Interval]
  ) -> (program: FormulaProgram, ranges: [Interval]) {
    let all = pieces(program, graph, Array(Int32(program.variableCount)..<Int32(graph.count)))
    var sweep = IntervalSweep(all)
    sweep.forward(box)
    return (all, sweep.nodes)
  }

  private static func pieces(_ program: FormulaProgram, _ graph: FormulaGraph, _ nodes: [Int32]) -> FormulaProgram {
    let n = program.variableCount
    var form = StandardForm(
      costs: [Double](repeating: 0, count: n),
      matrix: SparseMatrix(rowCount: nodes.count, columnCount: n, triplets: []),
      rowLower: [Double](repeating: -.infinity, count: nodes.count),
      rowUpper: [Double](repeating: .infinity, count: nodes.count), columnLower: program.linear.columnLower,
      columnUpper: program.linear.columnUpper)
    form.kinds = program.linear.kinds
    return FormulaProgram(linear: form, graph: graph, objective: nil, rows: nodes, start: program.start)
  }
}
