// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Eigenvalues and traces by products, and measures of representations, against decompositions.
@Suite("Spectra by products")
struct SpectrumTests {
  @Test("Ritz values reach the extreme eigenvalues, and their errors are bounded", arguments: [8, 60])
  func lanczos(_ n: Int) throws {
    var data = Fixtures(UInt64(n))
    let a = data.symmetric(n)
    let exact = try SymmetricEigen(a).values
    let found = try Lanczos(count: n, steps: 40, random: RandomStream(seed: 1)) { a.times($0) }
    #expect(abs(found.largest - exact[n - 1]) < 1e-9)
    #expect(abs(found.values[0] - exact[0]) < 1e-9)
    for (value, error) in zip(found.values.elements, found.errors.elements) {
      let nearest = exact.elements.map { abs($0 - value) }.min() ?? .infinity
      #expect(nearest <= error + 1e-10)
    }
    let top = found.vectors.column(found.values.count - 1)
    #expect((a.times(top) - Vector(top.elements.map { $0 * found.largest })).norm < 1e-7)
  }

  @Test("an invariant space ends the iteration with exact values")
  func invariantSpace() throws {
    let found = try Lanczos(count: 30, steps: 30, random: RandomStream(seed: 2)) { x in
      Vector(x.indices.map { Double($0 % 3) * x[$0] })
    }
    #expect(found.values.count == 3)
    for i in 0..<3 { #expect(abs(found.values[i] - Double(i)) < 1e-12) }
    #expect(throws: FactorizationError.notFinite) {
      try Lanczos(count: 3, steps: 2, random: RandomStream(seed: 1)) { _ in [.nan, 1, 1] }
    }
  }

  @Test("Hutchinson's estimate is unbiased within its error, exact for diagonal matrices")
  func hutchinson() {
    var data = Fixtures(3)
    let a = data.symmetric(50)
    let trace = (0..<50).reduce(0.0) { $0 + a[$1, $1] }
    let found = TraceEstimate.hutchinson(count: 50, samples: 400, random: RandomStream(seed: 5)) { a.times($0) }
    #expect(abs(found.value - trace) < 4 * found.standardError)
    #expect(found.standardError > 0 && found.products == 400)
    let diagonal = TraceEstimate.hutchinson(count: 3, samples: 2, random: RandomStream(seed: 6)) {
      [2 * $0[0], 3 * $0[1], 4 * $0[2]]
    }
    #expect(diagonal.value == 9 && diagonal.standardError == 0)
  }

  @Test("Hutch++ is exact for low rank, and better than Hutchinson on fast spectra")
  func hutchPlusPlus() throws {
    var data = Fixtures(7)
    let factor = data.matrix(40, 4)
    let low = factor.times(factor.transposed)
    let trace = (0..<40).reduce(0.0) { $0 + low[$1, $1] }
    let exact = try TraceEstimate.hutchPlusPlus(count: 40, products: 15, random: RandomStream(seed: 1)) {
      low.times($0)
    }
    #expect(abs(exact.value - trace) < 1e-9 * trace && exact.products <= 15)
    let q = try QRFactorization(data.matrix(60, 60)).orthonormal
    let fast = q.times(.diagonal(Vector((0..<60).map { 1 / Double(1 + $0 * $0) }))).times(q.transposed)
    let wanted = (0..<60).reduce(0.0) { $0 + 1 / Double(1 + $1 * $1) }
    var errors = (plain: 0.0, better: 0.0)
    for seed in 0..<20 {
      let random = RandomStream(seed: UInt64(seed))
      let plain = TraceEstimate.hutchinson(count: 60, samples: 30, random: random) { fast.times($0) }
      let better = try TraceEstimate.hutchPlusPlus(count: 60, products: 30, random: random) { fast.times($0) }
      errors.plain += abs(plain.value - wanted)
      errors.better += abs(better.value - wanted)
    }
    #expect(errors.better < 0.3 * errors.plain)
  }

  @Test("effective rank", arguments: Backends.allCases)
  func effectiveRank(_ which: Backends) throws {
    #expect(abs(try Matrix.identity(7).effectiveRank(on: which.backend) - 7) < 1e-12)
    #expect(abs(try Matrix.diagonal([3, 0, 0]).effectiveRank(on: which.backend) - 1) < 1e-12)
    #expect(try Matrix(rowCount: 3, columnCount: 2).effectiveRank(on: which.backend) == 0)
    // p = ¾, ¼: exp(−¾·log ¾ − ¼·log ¼) = 4/3^¾
    #expect(
      abs(try Matrix.diagonal([3, 1]).effectiveRank(on: which.backend) - 4 / 27.0.squareRoot().squareRoot()) < 1e-12)
  }

  @Test("linear alignment")
  func alignment() throws {
    var data = Fixtures(9)
    let a = data.matrix(30, 5)
    let q = try QRFactorization(data.matrix(5, 5)).orthonormal
    var moved = 3 * a.times(q)
    for i in moved.elements.indices { moved.elements[i] += 2 }
    #expect(abs(a.linearAlignment(with: moved) - 1) < 1e-12)
    let b = data.matrix(30, 4)
    let value = a.linearAlignment(with: b)
    #expect(value > 0 && value < 0.6 && abs(b.linearAlignment(with: a) - value) < 1e-14)
    // The same by centered Gram matrices of the observations.
    let center =
      Matrix.identity(30) - (1.0 / 30)
      * Matrix(rowCount: 30, columnCount: 30, elements: [Double](repeating: 1, count: 900))
    let k = center.times(a.times(a.transposed)).times(center)
    let l = center.times(b.times(b.transposed)).times(center)
    let inner = dot(k.elements.span, l.elements.span)
    #expect(abs(inner / (k.frobeniusNorm * l.frobeniusNorm) - value) < 1e-12)
  }
}
