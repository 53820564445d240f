// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// The trace of a symmetric operator known by its products.
///
///     Hutchinson:   (1/m)·Σ zᵢᵀAzᵢ,   z of random signs                       variance 2(‖A‖_F² − Σ aᵢᵢ²)/m
///     Hutch++:      tr(QᵀAQ) + (3/m)·Σ zᵢᵀ(I − QQᵀ)A(I − QQᵀ)zᵢ,   Q an orthonormal basis of A·S, S of m/3 columns of signs
///
/// The error of Hutch++ falls like 1/m instead of 1/√m for positive semidefinite A; it is exact when the rank is at most m/3.
/// Reference: M. Hutchinson, Commun. Stat. Simul. Comput. 18 (1989); R. Meyer, C. Musco, C. Musco & D. Woodruff, *Hutch++*,
/// SOSA 2021, algorithm 1.
public struct TraceEstimate: Sendable, Hashable {
  public let value: Double
  /// The standard error of the part that was sampled; 0 when all was computed, NaN for a single sample.
  public let standardError: Double
  /// Products that were asked for.
  public let products: Int

  /// Hutchinson's estimate from `samples` products in a space of `count` dimensions.
  public static func hutchinson(
    count: Int, samples: Int, random: RandomStream, product: (Vector) throws -> Vector
  ) rethrows -> TraceEstimate {
    precondition(count > 0 && samples > 0, "a trace is estimated from \(samples) products of \(count) numbers")
    var random = random
    var terms: [Double] = []
    for _ in 0..<samples {
      let z = signs(count, &random)
      terms.append(try Lanczos.inner(z, product(z)))
    }
    return TraceEstimate(exact: 0, terms, products: samples)
  }

  /// Hutch++ from at most `products` ≥ 3 products. Throws what the product throws, and `notFinite`.
  public static func hutchPlusPlus(
    count: Int, products: Int, random: RandomStream, product: (Vector) throws -> Vector
  ) throws -> TraceEstimate {
    precondition(count > 0 && products >= 3, "Hutch++ takes at least three products of more than no numbers")
    var random = random
    let third = min(products / 3, count)
    var basis: [Vector] = []
    var asked = 0
    for _ in 0..<third {
      var w = try product(signs(count, &random))
      asked += 1
      guard w.isFinite else { throw FactorizationError.notFinite }
      let before = w.norm
      for _ in 0..<2 {
        for q in basis { Lanczos.subtract(Lanczos.inner(w, q), q, from: &w) }
      }
      if w.norm > 1e-12 * before { basis.append(Lanczos.unit(w)) }
    }
    var exact = 0.0
    for q in basis {
      exact += try Lanczos.inner(q, product(q))
      asked += 1
    }
    var terms: [Double] = []
    if basis.count < count {
      for _ in 0..<max(1, products - asked) {
        var z = signs(count, &random)
        for q in basis { Lanczos.subtract(Lanczos.inner(z, q), q, from: &z) }
        terms.append(try Lanczos.inner(z, product(z)))
        asked += 1
      }
    }
    return TraceEstimate(exact: exact, terms, products: asked)
  }

  private init(exact: Double, _ terms: [Double], products: Int) {
    let m = Double(terms.count)
    let mean = terms.isEmpty ? 0 : terms.reduce(0, +) / m
    value = exact + mean
    let squares = terms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = terms.isEmpty ? 0 : (squares / (m - 1) / m).squareRoot()
    self.products = products
  }

  private static func signs(_ count: Int, _ random: inout RandomStream) -> Vector {
    Vector((0..<count).map { _ in random.next() & 1 == 0 ? 1 : -1 })
  }
}
