// SPDX-License-Identifier: Apache-2.0

/// Triangular solves with the panels of a sparse LDLᵀ factorization.
enum SparseSolve {
  typealias Numbers = UnsafePointer<Double>
  typealias MutableNumbers = UnsafeMutablePointer<Double>

  /// x ← L⁻ᵀ·D⁻¹·L⁻¹·x in the permuted order; `gather` has room for the rows of one supernode.
  static func run(
    _ symbolic: SymbolicLDL, _ panels: Numbers, _ pivots: UnsafeBufferPointer<Double>, _ x: MutableNumbers,
    _ gather: MutableNumbers, _ backend: LinearAlgebraBackend
  ) {
    symbolic.rows.withUnsafeBufferPointer { rows in
      guard let rows = rows.baseAddress else { return }
      let count = symbolic.supernodeCount
      for s in 0..<count { forward(Node(symbolic, s, panels, rows), x, gather) }
      for k in 0..<pivots.count { x[k] /= pivots[k] }
      for s in stride(from: count - 1, through: 0, by: -1) { backward(Node(symbolic, s, panels, rows), x, gather) }
    }
  }

  private struct Node {
    let begin: Int
    let width: Int
    let height: Int
    let panel: Numbers
    let rows: UnsafePointer<Int32>

    init(_ symbolic: SymbolicLDL, _ s: Int, _ panels: Numbers, _ allRows: UnsafePointer<Int32>) {
      begin = Int(symbolic.first[s])
      width = Int(symbolic.first[s + 1]) - begin
      height = symbolic.rowStart[s + 1] - symbolic.rowStart[s]
      panel = panels + symbolic.panelStart[s]
      rows = allRows + symbolic.rowStart[s]
    }
  }

  private static func forward(_ node: Node, _ x: MutableNumbers, _ gather: MutableNumbers) {
    let (width, height) = (node.width, node.height)
    let own = x + node.begin
    if width == 1 {
      let s = own[0]
      if s == 0 { return }
      for i in 1..<max(height, 1) { x[Int(node.rows[i])] -= node.panel[i] * s }
      return
    }
    for j in 0..<width {
      let column = node.panel + j * height
      let s = own[j]
      for i in j + 1..<max(width, j + 1) { own[i] -= column[i] * s }
    }
    let below = height - width
    if below == 0 { return }
    gather.update(repeating: 0, count: below)
    let l = node.panel + width
    var j = 0
    while j + 2 <= width {
      let (p, q, s, t) = (l + j * height, l + (j + 1) * height, own[j], own[j + 1])
      for i in 0..<below { gather[i] += p[i] * s + q[i] * t }
      j += 2
    }
    if j < width {
      let (p, s) = (l + j * height, own[j])
      for i in 0..<below { gather[i] += p[i] * s }
    }
    for i in 0..<below { x[Int(node.rows[width + i])] -= gather[i] }
  }

  private static func backward(_ node: Node, _ x: MutableNumbers, _ gather: MutableNumbers) {
    let (width, height) = (node.width, node.height)
    let own = x + node.begin
    if width == 1 {
      var s = own[0]
      for i in 1..<max(height, 1) { s -= node.panel[i] * x[Int(node.rows[i])] }
      own[0] = s
      return
    }
    let below = height - width
    for i in 0..<below { gather[i] = x[Int(node.rows[width + i])] }
    for j in stride(from: width - 1, through: 0, by: -1) {
      let column = node.panel + j * height
      var s = own[j]
      for i in j + 1..<max(width, j + 1) { s -= column[i] * own[i] }
      if below > 0 { s -= PortableKernels.dot(below, column + width, gather) }
      own[j] = s
    }
  }
}
