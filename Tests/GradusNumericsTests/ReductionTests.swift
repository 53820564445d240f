// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import Testing

@Suite("Reductions and kernels") struct ReductionTests {
  /// The tree depends on the length alone: sums of chunks, computed apart and combined, have the same bits.
  @Test(arguments: [0, 1, 7, 8, 9, 4095, 4096, 4097, 12_288, 100_003])
  func chunksAgreeWithTheWhole(count: Int) {
    var stream = RandomStream(seed: 21)
    let x = stream.normals(count).elements
    let y = stream.normals(count).elements
    let whole = dot(x.span, y.span)
    let chunks = stride(from: 0, to: count, by: Reduction.chunk).map { start in
      let end = min(count, start + Reduction.chunk)
      return dot(x.span.extracting(start..<end), y.span.extracting(start..<end))
    }
    #expect(whole == Reduction.tree(chunks))
    let plain = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(whole - plain) <= 1e-11 * max(1, Double(count).squareRoot()))
    #expect(abs(sum(x.span) - x.reduce(0, +)) <= 1e-11 * max(1, Double(count).squareRoot()))
  }

  @Test func axpyAndCombine() {
    let x: [Double] = [1, 2, 3]
    var y: [Double] = [10, 20, 30]
    var span = y.mutableSpan
    axpy(2, x.span, &span)
    #expect(y == [12, 24, 36])
    var z = [Double](repeating: 0, count: 3)
    var target = z.mutableSpan
    combine(x.span, -1, y.span, into: &target)
    #expect(z == [-11, -22, -33])
  }

  @Test func sparseProductsAgreeWithDense() {
    var stream = RandomStream(seed: 22)
    let triplets = (0..<60).map { _ in
      (row: stream.integer(below: 7), column: stream.integer(below: 5), value: stream.normal())
    }
    let a = SparseMatrix(rowCount: 7, columnCount: 5, triplets: triplets)
    var dense = [[Double]](repeating: [Double](repeating: 0, count: 5), count: 7)
    for t in triplets { dense[t.row][t.column] += t.value }
    let x = stream.normals(5)
    let w = stream.normals(7)
    let image = a.times(x)
    for i in 0..<7 { #expect(abs(image[i] - (0..<5).reduce(0) { $0 + dense[i][$1] * x[$1] }) < 1e-13) }
    // ⟨Ax, w⟩ = ⟨x, Aᵀw⟩
    #expect(abs(image.inner(w) - x.inner(a.transposedTimes(w))) < 1e-13)
    #expect(a.transposed().transposed() == a)
    #expect(a.transposed().times(w) == a.transposedTimes(w))
  }
}
