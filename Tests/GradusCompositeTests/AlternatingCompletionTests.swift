// SPDX-License-Identifier: Apache-2.0
import GradusComposite
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite struct AlternatingCompletionTests {
  /// U·Vᵀ with normal factors, and the entries that are observed.
  private func instance(_ side: Int, rank: Int, rate: Double) -> (full: Matrix, observed: SparseMatrix) {
    var random = RandomStream(seed: 5)
    let left = Matrix(rowCount: side, columnCount: rank, elements: random.normals(side * rank).elements)
    let right = Matrix(rowCount: rank, columnCount: side, elements: random.normals(side * rank).elements)
    let full = left.times(right)
    var entries: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<side { for i in 0..<side where random.uniform() < rate { entries.append((i, j, full[i, j])) } }
    return (full, SparseMatrix(rowCount: side, columnCount: side, triplets: entries))
  }

  @Test(arguments: [
    AlternatingCompletion.Regression.exact, .conjugateGradients(steps: 2), .conjugateGradients(steps: 9),
    .sketched(steps: 2), .scheduled(share: 0.1, isSketched: false), .scheduled(share: 0.1, isSketched: true),
  ])
  func entriesThatWereNotSeenAreFound(_ regression: AlternatingCompletion.Regression) throws {
    let (full, observed) = instance(60, rank: 2, rate: 0.5)
    var completion = try AlternatingCompletion(observed, rank: 2, random: RandomStream(seed: 1))
    for _ in 0..<25 { try completion.sweep(regression) }
    #expect(completion.misfit <= 1e-8)
    for i in 0..<60 { for j in 0..<60 { #expect(abs(completion.entry(i, j) - full[i, j]) <= 1e-6) } }
  }

  /// As many steps as unknowns solve the regressions: one sweep does what an exact one does.
  @Test func manyStepsAreExact() throws {
    let (_, observed) = instance(40, rank: 3, rate: 0.6)
    var exact = try AlternatingCompletion(observed, rank: 3, random: RandomStream(seed: 2))
    var iterated = exact
    try exact.sweep(.exact)
    try iterated.sweep(.conjugateGradients(steps: 3))
    for i in 0..<40 { for j in 0..<40 { #expect(abs(exact.entry(i, j) - iterated.entry(i, j)) <= 1e-8) } }
    #expect(exact.operations > 0 && iterated.operations > 0)
  }

  @Test func emptyColumnsAndBadEntries() throws {
    let holes = SparseMatrix(rowCount: 3, columnCount: 3, triplets: [(0, 0, 1), (1, 0, 2)])
    var completion = try AlternatingCompletion(holes, rank: 1, random: RandomStream(seed: 3))
    for _ in 0..<3 { try completion.sweep(.conjugateGradients(steps: 2)) }
    #expect(abs(completion.entry(1, 0) - 2) <= 1e-8)
    #expect(completion.entry(0, 2).isFinite)
    let bad = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, .nan)])
    #expect(throws: FactorizationError.self) {
      try AlternatingCompletion(bad, rank: 1, random: RandomStream(seed: 3))
    }
  }

  /// Columns with few entries more than unknowns have normal equations that are far from p·I: two sketched steps solve
  /// them, two plain ones do not.
  @Test func sketchesHelpColumnsWithFewEntries() throws {
    let (_, observed) = instance(120, rank: 6, rate: 0.1)
    func misfit(_ regression: AlternatingCompletion.Regression) throws -> Double {
      var completion = try AlternatingCompletion(observed, rank: 6, random: RandomStream(seed: 4))
      completion.regressColumns(regression)
      return completion.misfit
    }
    let (exact, sketched) = (try misfit(.exact), try misfit(.sketched(steps: 2)))
    let plain = try misfit(.conjugateGradients(steps: 2))
    #expect(sketched <= 1.02 * exact)
    #expect(plain >= 1.2 * exact)
  }

  /// The certificate of entries that were kept aside covers the error of the whole matrix.
  @Test func heldOutEntriesTellTheError() throws {
    let (full, observed) = instance(80, rank: 3, rate: 0.5)
    let parts = HeldOutError.drawn(from: observed, share: 0.1, random: RandomStream(seed: 7))
    #expect(parts.kept.entryCount + parts.heldOut.entryCount == observed.entryCount)
    #expect(abs(Double(parts.heldOut.entryCount) - 0.1 * Double(observed.entryCount)) < 80)
    let whole = SparseMatrix(
      rowCount: 80, columnCount: 80,
      triplets: (0..<80).flatMap { j in (0..<80).map { (row: $0, column: j, value: full[$0, j]) } })
    var completion = try AlternatingCompletion(parts.kept, rank: 3, random: RandomStream(seed: 8))
    for _ in 0..<4 {
      try completion.sweep(.conjugateGradients(steps: 1))
      let certificate = HeldOutError(completion, parts.heldOut)
      let truth = HeldOutError(completion, whole).error
      #expect(certificate.error < certificate.upperBound)
      #expect(truth <= 1.2 * certificate.upperBound && certificate.error <= 1.5 * truth)
    }
  }
}
