// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// The training problem: its data, its derivatives, its terms.
@Suite struct RegularizedRiskTests {
  /// Twelve observations of four features, or of twelve with few entries; one of them is constant.
  private static func table(_ task: TrainingTask, isSparse: Bool = false) -> DataTable {
    var stream = RandomStream(seed: 4)
    var rows = [[Double]](repeating: [], count: 12)
    for i in rows.indices {
      for j in 0..<(isSparse ? 12 : 4) {
        let isMissing = isSparse && (i + 3 * j) % 8 != 0
        rows[i].append(j == 2 ? 7 : isMissing ? 0 : 3 * stream.normal() + Double(j))
      }
    }
    switch task {
    case .binary: return DataTable(rows: rows, targets: .labels(rows.indices.map { $0 % 3 == 0 ? "no" : "yes" }))
    case .multiclass: return DataTable(rows: rows, targets: .numbers(rows.indices.map { Double($0 % 3) }))
    case .regression: return DataTable(rows: rows, targets: .numbers(rows.map { $0[0] - 2 * $0[3] + 5 }))
    }
  }

  private static func risk(_ task: TrainingTask, isSparse: Bool = false) throws -> RegularizedRisk {
    RegularizedRisk(try TrainingProblem(table(task, isSparse: isSparse), task: task))
  }

  private static func point(_ n: Int, _ seed: UInt64) -> Vector {
    var stream = RandomStream(seed: seed)
    return stream.normals(n)
  }

  /// f(0) is log 2, log K, or half the variance.
  @Test func valuesAtTheOrigin() throws {
    let binary = try Self.risk(.binary)
    #expect(abs(try #require(try binary.immediateValue(at: .zeros(4))) - 0.693147180559945) < 1e-14)
    let several = try Self.risk(.multiclass)
    #expect(several.training.dimension == 12)
    #expect(abs(try #require(try several.immediateValue(at: .zeros(12))) - 1.098612288668110) < 1e-14)
    let regression = try Self.risk(.regression)
    let targets = regression.training.targets
    let halfVariance = targets.reduce(0) { $0 + $1 * $1 } / 24
    #expect(abs(targets.reduce(0, +)) < 1e-12)
    #expect(abs(try #require(try regression.immediateValue(at: .zeros(4))) - halfVariance) < 1e-12)
  }

  @Test(arguments: TrainingTask.allCases)
  func gradientAndHessianAreDerivatives(_ task: TrainingTask) throws {
    let risk = try Self.risk(task)
    let n = risk.training.dimension
    let (x, d) = (Self.point(n, 1), Self.point(n, 2))
    let here = try #require(try risk.immediateLinearization(at: x))
    let product = try #require(try risk.immediateHessianProduct(at: x, along: d))
    let h = 1e-5
    let ahead = try #require(try risk.immediateLinearization(at: x + h * d))
    let behind = try #require(try risk.immediateLinearization(at: x - h * d))
    #expect(abs((ahead.value - behind.value) / (2 * h) - here.gradient.inner(d)) < 1e-8)
    #expect(((1 / (2 * h)) * (ahead.gradient - behind.gradient) - product).norm < 1e-8)
    #expect(here.value == (try risk.immediateValue(at: x)))
  }

  @Test(arguments: TrainingTask.allCases, [false, true])
  func theMeanOfTheTermsIsTheWhole(_ task: TrainingTask, _ isSparse: Bool) throws {
    let risk = try Self.risk(task, isSparse: isSparse)
    let n = risk.training.rowCount
    let x = Self.point(risk.training.dimension, 3)
    var sum = Linearization(value: 0, gradient: Vector.zeros(x.count))
    for i in 0..<n {
      let term = try #require(try risk.immediateLinearization(ofTerm: i, at: x))
      sum.value += term.value / Double(n)
      sum.gradient = sum.gradient + (1 / Double(n)) * term.gradient
    }
    let whole = try #require(try risk.immediateLinearization(at: x))
    #expect(abs(sum.value - whole.value) < 1e-13)
    #expect((sum.gradient - whole.gradient).norm < 1e-13)
  }

  /// Lᵢ bounds how fast the gradient of a term changes.
  @Test(arguments: TrainingTask.allCases)
  func termsAreAsSmoothAsStated(_ task: TrainingTask) throws {
    let risk = try Self.risk(task)
    let problem = risk.training.problem
    let smoothness = try #require(problem.smoothness)
    for k in 0..<60 {
      let i = k % problem.termCount
      let x = Self.point(risk.training.dimension, UInt64(k))
      let y = x + 0.1 * Self.point(risk.training.dimension, UInt64(k) + 100)
      let a = try #require(try risk.immediateLinearization(ofTerm: i, at: x)).gradient
      let b = try #require(try risk.immediateLinearization(ofTerm: i, at: y)).gradient
      #expect((a - b).norm <= smoothness[i] * (x - y).norm * (1 + 1e-12))
    }
  }

  @Test func sparseTablesAreStandardizedToo() {
    let table = Self.table(.binary, isSparse: true)
    #expect(table.values.count < table.rowCount * table.featureCount / 4)
    let design = DesignMatrix(standardizing: table)
    for j in 0..<12 {
      var unit = [Double](repeating: 0, count: 12)
      unit[j] = 1
      let column = (0..<12).map { design.score($0, unit.span) }
      let mean = column.reduce(0, +) / 12
      let variance = column.reduce(0) { $0 + $1 * $1 } / 12
      #expect(abs(mean) < 1e-14)
      #expect(abs(variance - (j == 2 ? 0 : 1)) < 1e-13)
    }
    for i in 0..<12 {
      let square = (0..<12).reduce(0.0) { sum, j in
        var unit = [Double](repeating: 0, count: 12)
        unit[j] = 1
        let z = design.score(i, unit.span)
        return sum + z * z
      }
      #expect(abs(design.squaredNorm(ofRow: i) - square) < 1e-12)
    }
  }

  @Test func labelsInOrder() throws {
    let words = try Self.risk(.binary).training
    #expect(words.classes == ["no", "yes"])
    #expect(words.targets.prefix(3) == [-1, 1, 1])
    let names = try Self.risk(.multiclass).training.weightNames
    #expect(names[5] == "w[1,x1]")
  }

  @Test func tablesThatDoNotFit() {
    let rows = [[1.0], [2.0], [3.0]]
    func message(_ targets: DataTable.Targets, _ task: TrainingTask) -> String? {
      do throws(TrainingProblem.Unfit) {
        _ = try TrainingProblem(DataTable(rows: rows, targets: targets), task: task)
        return nil
      } catch { return error.description }
    }
    #expect(
      message(.numbers([1, 1, 1]), .binary)
        == "all 3 observations have the label 1; a classifier is trained from at least two labels")
    #expect(
      message(.numbers([1, 2, 3]), .binary)
        == "there are 3 labels; choose '--task multiclass' or '--task regression'")
    #expect(
      message(.labels(["a", "b", "a"]), .regression)
        == "a target is not a number; choose '--task multiclass', or write numbers")
  }

  @Test func suggestedTasks() {
    #expect(TrainingTask(suggestedBy: .numbers([1, -1, 1]), in: .csv) == .binary)
    #expect(TrainingTask(suggestedBy: .numbers([0, 1, 2]), in: .svm) == .multiclass)
    #expect(TrainingTask(suggestedBy: .numbers([0, 1, 2]), in: .csv) == .regression)
    #expect(TrainingTask(suggestedBy: .numbers([0, 1, 101]), in: .svm) == .regression)
    #expect(TrainingTask(suggestedBy: .labels(["a", "b"]), in: .csv) == .binary)
    #expect(TrainingTask(suggestedBy: .labels(["a", "b", "c"]), in: .csv) == .multiclass)
  }
}
