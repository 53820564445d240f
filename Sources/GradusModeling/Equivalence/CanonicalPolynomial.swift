// SPDX-License-Identifier: Apache-2.0

/// constant + Σ coefficient·atom, where an atom is a node of a graph: a variable, a product of variables, any other expression.
struct CanonicalPolynomial {
  var constant = 0.0
  private(set) var coefficients: [FormulaGraph.Node: Double] = [:]

  /// Atoms in ascending order.
  var atoms: [FormulaGraph.Node] { coefficients.keys.sorted() }

  var isConstant: Bool { coefficients.isEmpty }

  subscript(atom: FormulaGraph.Node) -> Double { coefficients[atom] ?? 0 }

  init(_ constant: Double = 0) { self.constant = constant }

  init(atom: FormulaGraph.Node, _ coefficient: Double = 1) { coefficients[atom] = coefficient }

  mutating func add(_ atom: FormulaGraph.Node, _ coefficient: Double) { coefficients[atom, default: 0] += coefficient }

  mutating func add(_ other: Self, times weight: Double) {
    constant += weight * other.constant
    for atom in other.atoms { add(atom, weight * other[atom]) }
  }

  mutating func scale(by factor: Double) {
    constant *= factor
    for atom in atoms { coefficients[atom] = factor * self[atom] }
  }

  mutating func drop(_ atom: FormulaGraph.Node) { coefficients[atom] = nil }
}
