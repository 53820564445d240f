// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusPrograms
import Testing

@Suite struct SelectionTests {
  private static func matrix(_ rows: String...) -> PassMatrix { PassMatrix(rows.map { $0.map { $0 == "1" } }) }

  @Test func classesAreThoseOfEqualRows() {
    let classes = Self.matrix("110", "001", "110", "000").classes
    #expect(classes.map(\.members) == [[0, 2], [1], [3]] && classes.map(\.passes) == [2, 1, 0])
    #expect(PassMatrix([]).classes.isEmpty && SelectionRule.codeT.best(PassMatrix([])).isEmpty)
  }

  /// By hand: a lonely one passes most, three agree on one test, two on two.
  @Test func baselinesByHand() {
    let m = Self.matrix("11110", "00001", "00001", "00001", "11000", "11000")
    #expect(SelectionRule.maxPass.scores(m) == [4, 1, 1, 1, 2, 2])
    #expect(SelectionRule.mbrExec.scores(m) == [1, 3, 3, 3, 2, 2])
    #expect(SelectionRule.codeT.scores(m)[1] == 3.0.squareRoot() && SelectionRule.codeT.best(m) == [0])
    // Passed by 3, 3, 1, 1 and 3 of six.
    #expect(
      SelectionRule.majority.scores(m)[0] == 3 + 3 + 1 + 1 + 3
        && SelectionRule.majority.scores(m)[1] == 3 + 3 + 5 + 5 + 3)
    #expect(SelectionRule.majority.best(m) == [1, 2, 3, 4, 5])
    #expect(SelectionRule.random.best(m) == [0, 1, 2, 3, 4, 5])
    var stream = RandomStream(seed: 1)
    let chosen = Set((0..<50).compactMap { _ in SelectionRule.mbrExec.choice(m, &stream) })
    #expect(chosen == [1, 2, 3])
  }

  /// ∫ θᵃ(1 − θ)ᵇ over the unit interval, by Simpson's rule.
  private static func integral(_ a: Double, _ b: Double) -> Double {
    func power(_ x: Double, _ n: Double) -> Double { (0..<Int(n)).reduce(1) { p, _ in p * x } }
    let steps = 2000
    return (0...steps).reduce(0) { sum, k in
      let x = Double(k) / Double(steps)
      let weight: Double = k == 0 || k == steps ? 1 : k % 2 == 1 ? 4 : 2
      return sum + weight * power(x, a) * power(1 - x, b)
    } / (3 * Double(steps))
  }

  /// All assignments of right solutions and right tests that can be, with the likelihood integrated over all rates: of those in which a
  /// whole class is right, the posterior is the score but for a constant, so the best is the same.
  @Test func b4IsTheEnumeratedPosterior() {
    let root = RandomStream(seed: 12)
    let posterior = B4Posterior(alpha: 3, beta: 4)
    for k in 0..<6 {
      var stream = root.child("case", k)
      let (matrix, _) = PassSimulator(x: 0.4, y: 0.5, zero: 0.2, one: 0.5, solutions: 4, tests: 4).draw(&stream)
      let (n, m) = (matrix.solutionCount, matrix.testCount)
      var found: [[Int]: Double] = [:]
      for x in 1..<1 << n {
        for y in 0..<1 << m {
          var (passed1, all1, passed0, all0) = (0.0, 0.0, 0.0, 0.0)
          var isPossible = true
          for i in 0..<n {
            for j in 0..<m {
              let result = matrix.rows[i][j]
              let valid = y >> j & 1 == 1
              if x >> i & 1 == 1 {
                isPossible = isPossible && result == valid
              } else if valid {
                (passed1, all1) = (passed1 + (result ? 1 : 0), all1 + 1)
              } else {
                (passed0, all0) = (passed0 + (result ? 1 : 0), all0 + 1)
              }
            }
          }
          guard isPossible else { continue }
          let (nx, ny) = (Double(x.nonzeroBitCount), Double(y.nonzeroBitCount))
          let solutions = Self.integral(nx + posterior.alpha - 1, Double(n) - nx)
          let tests = Self.integral(ny + posterior.alpha - 1, Double(m) - ny)
          let others =
            Self.integral(passed1, all1 - passed1) * Self.integral(passed0, all0 - passed0 + posterior.beta - 1)
          found[(0..<n).filter { x >> $0 & 1 == 1 }] = VectorMath.log(solutions * tests * others)
        }
      }
      let classes = matrix.classes
      let scores = posterior.logPosteriors(matrix, classes)
      for (group, score) in zip(classes, scores) {
        let expected = found[group.members] ?? .nan
        #expect(abs(expected - score) < 1e-8)
      }
      #expect(
        SelectionRule.b4(posterior).best(matrix).allSatisfy {
          scores.max() == SelectionRule.b4(posterior).scores(matrix)[$0]
        })
    }
  }

  /// The figures of the sheet's pilot, within three standard errors of 600 draws and what it is rounded to.
  @Test func exactPredictions() {
    let simulator = PassSimulator(x: 0.2, y: 0.3, zero: 0.1, one: 0.4, solutions: 10, tests: 30)
    let random = RandomStream(seed: 4)
    let b4 = SelectionRule.b4(B4Posterior())
    for (rule, expected) in [
      (b4, 0.98), (.codeT, 0.83), (.mbrExec, 0.73), (.maxPass, 0.60), (.random, 0.2 / (1 - 0.107374)),
    ] {
      let found = simulator.success(rule, draws: 600, random)
      let error = 3 * (expected * (1 - expected) / 600).squareRoot() + 0.01
      #expect(abs(found - expected) < error, "\(rule): \(found)")
    }
  }

  /// One right and one wrong solution, one test: the share of right choices is known.
  @Test func smallestCaseByHand() {
    let simulator = PassSimulator(x: 0.5, y: 1, zero: 0, one: 0.3, solutions: 2, tests: 1)
    // Right ones pass. Both right (1/3): any. One right (2/3): a wrong one that passes too is chosen half of the time.
    let expected = 1.0 / 3 + 2.0 / 3 * (0.7 + 0.3 / 2)
    let found = simulator.success(.maxPass, draws: 4000, RandomStream(seed: 8))
    #expect(abs(found - expected) < 3 * (0.1 / 4000).squareRoot() + 0.005)
  }

  @Test func programsAreTried() {
    let suite = MiniTestSuite("f", [.init([.int(1)], .int(2)), .init([.int(2)], .int(4))])
    let texts = ["fn f(n: Int) -> Int { return n + 1 }", "fn f(n: Int) -> Int { return 2 * n }", "fn"]
    #expect(PassMatrix(texts, suite: suite).rows == [[true, false], [true, true], [false, false]])
  }
}
