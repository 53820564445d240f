// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNative
import GradusNumerics
import Testing

/// Functions of matrices by products, against decompositions.
@Suite("Matrix functions")
struct MatrixFunctionTests {
  @Test("tiled products equal plain ones", arguments: Backends.allCases, [(5, 7, 3), (300, 270, 40), (1, 513, 64)])
  func products(_ which: Backends, _ shape: (Int, Int, Int)) {
    var data = Fixtures(UInt64(shape.0))
    let (m, n, k) = shape
    var (a, b) = (data.matrix(k, m), data.matrix(n, k))
    var c = Matrix(rowCount: n, columnCount: m)
    let wanted = (a.transposed.times(b.transposed)).transposed
    let engine = MatrixEngine(backend: which.backend)
    a.elements.withUnsafeMutableBufferPointer { a in
      b.elements.withUnsafeMutableBufferPointer { b in
        c.elements.withUnsafeMutableBufferPointer { c in
          // Columns of k numbers are rows of m × k; rows of n numbers those of k × n.
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          engine.multiply(MatrixView(a, m, k), MatrixView(b, k, n), into: MatrixView(c, m, n), 2)
          engine.multiply(MatrixView(a, m, k), MatrixView(b, k, n), into: MatrixView(c, m, n), -1, plus: 1)
        }
      }
    }
    #expect(distance(c, wanted) < 1e-12 * Double(k))
  }

  @Test("half of a symmetric product is mirrored", arguments: Backends.allCases, [3, 100, 300, 800])
  func symmetricProducts(_ which: Backends, _ n: Int) {
    var data = Fixtures(UInt64(n))
    var (a, d) = (data.matrix(20, n), data.symmetric(n))
    var c = Matrix(rowCount: n, columnCount: n)
    let wanted = 2 * a.transposed.times(a) + 3 * d + 0.5 * .identity(n)
    let engine = MatrixEngine(backend: which.backend)
    a.elements.withUnsafeMutableBufferPointer { a in
      d.elements.withUnsafeMutableBufferPointer { d in
        c.elements.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let d = d.baseAddress, let c = c.baseAddress else { return }
          let rows = MatrixView(a, n, 20)
          engine.symmetricProduct(rows, rows.transposed, into: c, 2, plus: 3, times: d, diagonal: 0.5)
        }
      }
    }
    #expect(distance(c, wanted) < 1e-12)
    #expect(c == c.transposed)
  }

  static let shapes = [(30, 30), (12, 40), (50, 9), (1, 6), (300, 140)]

  @Test("the convergent iteration reaches the polar factor", arguments: Backends.allCases, shapes)
  func polarFactor(_ which: Backends, _ shape: (Int, Int)) throws {
    var data = Fixtures(UInt64(shape.0))
    let a = data.matrix(shape.0, shape.1)
    let exact = try a.polarFactor(on: which.backend)
    let near = Orthogonalization(coefficients: Orthogonalization.convergent, steps: 40)(
      a, on: MatrixEngine(backend: which.backend))
    #expect(distance(near, exact) < 1e-10)
    let gram = shape.0 <= shape.1 ? exact.times(exact.transposed) : exact.transposed.times(exact)
    #expect(distance(gram, .identity(min(shape.0, shape.1))) < 1e-12)
  }

  @Test("five steps with Muon's coefficients put singular values near one", arguments: shapes)
  func muonCoefficients(_ shape: (Int, Int)) throws {
    var data = Fixtures(7)
    let a = data.matrix(shape.0, shape.1)
    let singular = try SingularValues(Orthogonalization()(a)).values
    let before = try SingularValues(a).values
    let scale = a.frobeniusNorm
    for (value, old) in zip(singular.elements, before.elements) where old / scale > 0.003 {
      #expect(value > 0.6 && value < 1.3)
    }
    // Directions are kept: UᵀX V is diagonal and positive.
    let polar = try a.polarFactor()
    let aligned = polar.transposed.times(Orthogonalization()(a))
    #expect(distance(aligned, aligned.transposed) < 1e-9)
    #expect(try SymmetricEigen(aligned).values[0] > -1e-9)
  }

  @Test("a matrix of zeros has no direction")
  func zeros() {
    #expect(Orthogonalization()(Matrix(rowCount: 4, columnCount: 6)) == Matrix(rowCount: 4, columnCount: 6))
    #expect(Whitening()(Matrix(rowCount: 4, columnCount: 6)) == Matrix(rowCount: 4, columnCount: 6))
  }

  @Test("whitened rows are orthonormal: the inverse square root of the Gram matrix", arguments: Backends.allCases)
  func whitening(_ which: Backends) throws {
    var data = Fixtures(3)
    let engine = MatrixEngine(backend: which.backend)
    for (m, n) in [(10, 60), (40, 90), (70, 20)] {
      let a = data.matrix(m, n)
      let exact = try a.polarFactor()
      #expect(distance(Whitening(steps: 30)(a, on: engine), exact) < 1e-7)
      let few = Whitening(steps: 14)(a, on: engine)
      let gram = m <= n ? few.times(few.transposed) : few.transposed.times(few)
      #expect(distance(gram, .identity(min(m, n))) < 0.05)
    }
  }

  @Test("A·(A^(−1/p))ᵖ = I, by eigenvalues and by Newton", arguments: Backends.allCases, [1, 2, 3, 4, 6, 8])
  func inverseRoots(_ which: Backends, _ p: Int) throws {
    var data = Fixtures(UInt64(p))
    let a = data.positiveDefinite(40, floor: 1)
    let eigen = try InverseRoot.byEigenvalues(a, p: Double(p), on: which.backend)
    let newton = try InverseRoot.byNewton(a, p: p, on: MatrixEngine(backend: which.backend))
    for root in [eigen, newton.root] {
      var product = a
      for _ in 0..<p { product = product.times(root) }
      #expect(distance(product, .identity(40)) < 1e-8)
    }
    #expect(distance(eigen, newton.root) < 1e-9)
    #expect(newton.residual < 1e-9 && newton.steps < 60)
  }

  @Test("ill-conditioned, shifted and unusable matrices")
  func hardRoots() throws {
    let a = Matrix.diagonal(Vector((0..<12).map { VectorMath.exp(-2 * Double($0)) }))
    let newton = try InverseRoot.byNewton(a, p: 4)
    #expect(newton.residual < 1e-6)
    for i in 0..<12 { #expect(abs(newton.root[i, i] / VectorMath.exp(0.5 * Double(i)) - 1) < 1e-5) }
    let singular = Matrix.diagonal([1, 0])
    #expect(abs(try InverseRoot.byEigenvalues(singular, p: 2, shift: 0.25)[1, 1] - 2) < 1e-12)
    #expect(throws: FactorizationError.notFinite) { try InverseRoot.byNewton(.diagonal([.nan, 1]), p: 2) }
    #expect(throws: FactorizationError.singular(step: 0)) {
      try InverseRoot.byEigenvalues(Matrix(rowCount: 2, columnCount: 2), p: 2)
    }
    #expect(throws: FactorizationError.noConvergence) { try InverseRoot.byNewton(.diagonal([1, 0]), p: 2) }
  }

  @Test("a basis that is refreshed becomes the eigenbasis", arguments: Backends.allCases)
  func eigenbasis(_ which: Backends) throws {
    var data = Fixtures(5)
    let q = try QRFactorization(data.matrix(8, 8)).orthonormal
    let a = q.times(.diagonal(Vector((0..<8).map { VectorMath.exp(-Double($0)) }))).times(q.transposed)
    var basis = Matrix.identity(8)
    for _ in 0..<60 { basis = try Eigenbasis.refreshed(basis, a, on: which.backend) }
    let rotated = basis.transposed.times(a).times(basis)
    for i in 0..<8 { #expect(abs(rotated[i, i] - VectorMath.exp(-Double(i))) < 1e-10) }
    #expect(Eigenbasis.order(basis, a) == Array(0..<8))
    let exact = try Eigenbasis.all(a, on: which.backend)
    for j in 0..<8 { #expect(abs(abs(dot(exact.column(j).elements.span, basis.column(j).elements.span)) - 1) < 1e-9) }
    #expect(Eigenbasis.order(Matrix(rows: [[0, 1], [1, 0]]), .diagonal([2, 1])) == [1, 0])
  }

  @Test("the bits do not depend on the number of threads", arguments: [(300, 520), (900, 800)])
  func threads(_ shape: (Int, Int)) {
    var data = Fixtures(9)
    let a = data.matrix(shape.0, shape.1)
    let (one, two) = (MatrixEngine(crew: WorkCrew(width: 1)), MatrixEngine(crew: WorkCrew(width: 2)))
    #expect(Orthogonalization()(a, on: one) == Orthogonalization()(a, on: two))
    #expect(Orthogonalization()(a, on: one) == Orthogonalization()(a))
    #expect(Whitening(steps: 4)(a, on: one) == Whitening(steps: 4)(a, on: two))
  }
}
