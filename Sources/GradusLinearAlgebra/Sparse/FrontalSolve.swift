// SPDX-License-Identifier: Apache-2.0

/// Triangular solves with the fronts of an indefinite factorization, in positions of the elimination order.
struct FrontalSolve {
  let panels: UnsafePointer<Double>
  let pivots: UnsafePointer<Double>
  let labels: UnsafePointer<Int32>
  let rows: UnsafePointer<Int32>
  let x: UnsafeMutablePointer<Double>
  /// Room for the rows of one front.
  let gather: UnsafeMutablePointer<Double>

  /// x ← D⁻¹·L⁻¹·x for one front.
  func forward(_ node: FrontNode) {
    let (count, summed, height) = (Int(node.count), Int(node.summed), node.height)
    if count == 0 { return }
    let (l, label, row) = (panels + node.panel, labels + node.label, rows + node.row - summed)
    if count == 1 {
      let own = Int(label[0])
      let s = x[own]
      for i in 1..<max(summed, 1) { x[Int(label[i])] -= l[i] * s }
      for i in summed..<height { x[Int(row[i])] -= l[i] * s }
      x[own] = s * pivots[4 * node.pivot + 2]
      return
    }
    for i in 0..<count { gather[i] = x[Int(label[i])] }
    (gather + count).update(repeating: 0, count: height - count)
    var j = 0
    while j + 2 <= count {
      let (p, q) = (l + j * height, l + (j + 1) * height)
      gather[j + 1] -= p[j + 1] * gather[j]
      FrontKernels.subtract(p + j + 2, gather[j], q + j + 2, gather[j + 1], from: gather + j + 2, height - j - 2)
      j += 2
    }
    if j < count { FrontKernels.subtract(l + j * height + j + 1, gather[j], from: gather + j + 1, height - j - 1) }
    for i in count..<summed { x[Int(label[i])] += gather[i] }
    for i in summed..<height { x[Int(row[i])] += gather[i] }
    FrontKernels.divideByD(gather, count, pivots + 4 * node.pivot)
    for i in 0..<count { x[Int(label[i])] = gather[i] }
  }

  /// x ← L⁻ᵀ·x for one front.
  func backward(_ node: FrontNode) {
    let (count, summed, height) = (Int(node.count), Int(node.summed), node.height)
    if count == 0 { return }
    let (l, label, row) = (panels + node.panel, labels + node.label, rows + node.row - summed)
    if count == 1 {
      var s = x[Int(label[0])]
      for i in 1..<max(summed, 1) { s -= l[i] * x[Int(label[i])] }
      for i in summed..<height { s -= l[i] * x[Int(row[i])] }
      x[Int(label[0])] = s
      return
    }
    for i in 0..<summed { gather[i] = x[Int(label[i])] }
    for i in summed..<height { gather[i] = x[Int(row[i])] }
    for j in stride(from: count - 1, through: 0, by: -1) {
      gather[j] -= FrontKernels.dot(l + j * height + j + 1, gather + j + 1, height - j - 1)
    }
    for i in 0..<count { x[Int(label[i])] = gather[i] }
  }
}
