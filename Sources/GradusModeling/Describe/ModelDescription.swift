// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNumerics

/// What `gradus describe` says about a linear, quadratic or mixed-integer program.
public struct ModelDescription: Sendable, Codable, Hashable {
  /// The smallest and largest magnitude of numbers other than zero and infinity.
  public struct Magnitudes: Sendable, Codable, Hashable {
    public var smallest: Double
    public var largest: Double

    init?(_ values: some Sequence<Double>) {
      var low = Double.infinity
      var high = 0.0
      for value in values where value != 0 && value.isFinite {
        low = min(low, abs(value))
        high = max(high, abs(value))
      }
      if high == 0 { return nil }
      smallest = low
      largest = high
    }
  }

  /// How many variables there are of each kind.
  public struct Columns: Sendable, Codable, Hashable {
    public var total = 0
    public var continuous = 0
    public var binary = 0
    /// Integer columns that are not binary.
    public var integer = 0
    public var semicontinuous = 0
    public var free = 0
    public var fixed = 0
    /// Columns with two finite bounds.
    public var boxed = 0
    /// Columns in no row.
    public var empty = 0
    /// Columns whose lower bound lies above the upper one.
    public var contradictory = 0
  }

  /// How many constraints there are of each kind.
  public struct Rows: Sendable, Codable, Hashable {
    public var total = 0
    public var equations = 0
    public var inequalities = 0
    /// Rows with two different finite sides.
    public var ranges = 0
    public var free = 0
    public var empty = 0
    /// Rows with one entry: bounds in disguise.
    public var singletons = 0
    /// Rows that are multiples of an earlier row.
    public var duplicates = 0
    /// Rows whose lower side lies above the upper one.
    public var contradictory = 0
    public var quadratic = 0
    public var indicators = 0
  }

  public var name: String
  /// LP, QP, QCP, MIP, MIQP or MIQCP.
  public var kind: String
  public var sense: Sense
  public var columns: Columns
  public var rows: Rows
  public var nonzeros: Int
  /// Entries of Q, both triangles.
  public var quadraticNonzeros: Int
  public var specialOrderedSets: Int
  /// nil without quadratic parts.
  public var convexity: Convexity?
  public var matrixMagnitudes: Magnitudes?
  public var costMagnitudes: Magnitudes?
  public var sideMagnitudes: Magnitudes?
  public var boundMagnitudes: Magnitudes?
  /// What may make the problem hard or wrong, one line each.
  public var warnings: [String]
  /// Methods of the catalog that take this kind of problem, the best first, and what each of them would give.
  public var suggestions: [String]

  /// Looks at every number once; convexity costs a factorization. Expected cost O(entries log entries).
  public init(_ form: StandardForm) {
    let survey = ModelSurvey(form)
    name = form.name
    kind = form.kindName
    sense = form.sense
    columns = survey.columns
    rows = survey.rows
    nonzeros = form.matrix.entryCount
    quadraticNonzeros = form.quadratic?.entryCount ?? 0
    specialOrderedSets = form.specialOrderedSets.count
    convexity = form.quadratic == nil && form.quadraticTerms.isEmpty ? nil : Convexity(of: form)
    matrixMagnitudes = Magnitudes(form.matrix.values)
    costMagnitudes = Magnitudes(form.costs)
    sideMagnitudes = Magnitudes([form.rowLower, form.rowUpper].joined())
    boundMagnitudes = Magnitudes([form.columnLower, form.columnUpper].joined())
    warnings = []
    suggestions = []
    warnings = findings(survey)
    suggestions = ModelSurvey.suggestions(kind, convexity)
  }

  private func findings(_ survey: ModelSurvey) -> [String] {
    var result: [String] = []
    func say(_ count: Int, _ one: String, _ many: String) {
      if count > 0 { result.append(count == 1 ? "1 \(one)" : "\(count) \(many)") }
    }
    func spread(_ what: String, _ magnitudes: Magnitudes?, _ limit: Double) {
      guard let magnitudes, magnitudes.largest / magnitudes.smallest > limit else { return }
      result.append(
        "the \(what) range from \(TextBuffer.shortest(magnitudes.smallest)) to "
          + "\(TextBuffer.shortest(magnitudes.largest)): consider other units")
    }
    spread("coefficients", matrixMagnitudes, 1e8)
    spread("costs", costMagnitudes, 1e8)
    spread("sides", sideMagnitudes, 1e10)
    say(
      columns.contradictory, "column has its lower bound above the upper one: infeasible",
      "columns have their lower bounds above the upper ones: infeasible")
    say(
      rows.contradictory, "row has its lower side above the upper one: infeasible",
      "rows have their lower sides above the upper ones: infeasible")
    if let example = survey.bigM {
      say(
        survey.bigMCount, "coefficient looks like a big M (\(example)): a smaller one, or an indicator, is safer",
        "coefficients look like big Ms (\(example)): smaller ones, or indicators, are safer")
    }
    say(rows.empty, "row is empty", "rows are empty")
    say(rows.free, "row has no side and restricts nothing", "rows have no side and restrict nothing")
    say(rows.singletons, "row has one entry and could be a bound", "rows have one entry and could be bounds")
    say(rows.duplicates, "row is a multiple of another", "rows are multiples of others")
    say(columns.empty, "column stands in no row", "columns stand in no row")
    say(columns.fixed, "column is fixed", "columns are fixed")
    say(
      survey.tinyCount, "coefficient is below 1e-9 in magnitude; solvers may drop it",
      "coefficients are below 1e-9 in magnitude; solvers may drop them")
    if convexity == .nonconvex { result.append("the quadratic part is not convex: local optima need not be global") }
    return result
  }
}
