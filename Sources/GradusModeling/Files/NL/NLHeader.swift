// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// The ten lines that open an `.nl` file: the numbers of everything, and the order of the variables.
///
/// Source: D. M. Gay, "Writing .nl files", Sandia National Laboratories, SAND2005-7907P; `nlvc` and `nlvo` count up to
/// the last variable that is nonlinear in constraints and in objectives. JuMP reads the paper differently: its `nlvo`
/// leaves out what is nonlinear in constraints only, and where `nlvo` ≤ `nlvc` the objective's own variables come first.
/// AMPL and others never write nlvb < nlvo ≤ nlvc; where both readings are possible, the remark on the first line, which
/// JuMP leaves out, decides.
struct NLHeader {
  /// The integers of the first line, to be echoed in the `.sol` file.
  var options: [Int] = []
  /// The number that follows them when the second is 3.
  var tolerance: Double?
  var name = ""
  var isBinary = false
  var variables = 0
  var rows = 0
  var objectives = 0
  var logicalRows = 0
  var nonlinearRows = 0
  var nonlinearInRows = 0
  var nonlinearInObjectives = 0
  var nonlinearInBoth = 0
  var linearArcs = 0
  var functions = 0
  var binaries = 0
  var integers = 0
  var nonlinearIntegersInBoth = 0
  var nonlinearIntegersInRows = 0
  var nonlinearIntegersInObjectives = 0
  var jacobianEntries = 0
  var gradientEntries = 0
  var definedVariables = 0
  /// Sizes of the groups of nonlinear variables in the order of the file, each with its integers last.
  private(set) var groups: [(size: Int, integers: Int)] = []
  /// True when the counts were read as JuMP writes them.
  private(set) var countsLikeJuMP = false
  private var hasRemark = false

  /// Reads the head; the scanner then stands at the first segment, in the right form.
  init(_ scanner: inout NLScanner) throws(ReadError) {
    let first = try scanner.letter("g or b, the first letter of an .nl file")
    guard first == 0x67 || first == 0x62 else {
      throw scanner.error("the file begins with \(scanner.found)", expected: "g (text) or b (binary) of an .nl file")
    }
    isBinary = first == 0x62
    let optionCount = try scanner.integer("the number of options", in: 0..<10)
    for _ in 0..<optionCount { options.append(try scanner.integer("an option")) }
    if optionCount > 1, options[1] == 3 { tolerance = try scanner.number("a tolerance") }
    // Further numbers on this line are of no use to a solver.
    while scanner.hasMoreOnLine() { _ = try scanner.number("a number") }
    let comment = try scanner.comment().split(separator: " ", maxSplits: 1)
    hasRemark = !comment.isEmpty
    if comment.count == 2, comment[0] == "problem" { name = String(comment[1]) }
    try readSizes(&scanner)
    guard variables + rows + objectives + logicalRows + definedVariables <= scanner.size else {
      throw scanner.error(
        "\(variables) variables and \(rows) rows do not fit a file of \(scanner.size) bytes",
        expected: "counts that the segments bear out")
    }
    scanner.isBinary = isBinary
  }

  private mutating func readSizes(_ scanner: inout NLScanner) throws(ReadError) {
    let sizes = try Self.counts(&scanner, 3...12, "variables, constraints, objectives, ranges, equations")
    (variables, rows, objectives) = (sizes[0], sizes[1], sizes[2])
    if sizes.count > 5 { logicalRows = sizes[5] }
    let nonlinear = try Self.counts(&scanner, 2...12, "nonlinear constraints, objectives")
    nonlinearRows = nonlinear[0]
    guard nonlinearRows <= rows, nonlinear[1] <= objectives else {
      throw scanner.error("more nonlinear constraints or objectives than there are", expected: "smaller counts")
    }
    _ = try Self.counts(&scanner, 2...12, "network constraints: nonlinear, linear")
    let kinds = try Self.counts(&scanner, 3...12, "nonlinear variables in constraints, objectives, both")
    (nonlinearInRows, nonlinearInObjectives, nonlinearInBoth) = (kinds[0], kinds[1], kinds[2])
    let rest = try Self.counts(&scanner, 2...12, "linear network variables, functions, arithmetic, flags")
    (linearArcs, functions) = (rest[0], rest[1])
    guard !isBinary || rest.count < 3 || rest[2] < 2 else {
      throw scanner.error(
        "the arithmetic of the binary file is \(rest[2])", expected: "1 (IEEE, little-endian); write a text .nl file")
    }
    let discrete = try Self.counts(&scanner, 2...12, "discrete variables: binary, integer, nonlinear (b,c,o)")
    (binaries, integers) = (discrete[0], discrete[1])
    if discrete.count > 4 {
      nonlinearIntegersInBoth = discrete[2]
      nonlinearIntegersInRows = discrete[3]
      nonlinearIntegersInObjectives = discrete[4]
    }
    groups = nonlinearGroups()
    guard nonlinearInBoth <= min(nonlinearInRows, nonlinearInObjectives),
      groups.allSatisfy({ $0.integers <= $0.size }),
      groups.reduce(linearArcs + binaries + integers, { $0 + $1.size }) <= variables
    else {
      throw scanner.error("the kinds of variables do not add up to \(variables)", expected: "groups that fit")
    }
    let entries = try Self.counts(&scanner, 2...12, "nonzeros in Jacobian, gradients")
    (jacobianEntries, gradientEntries) = (entries[0], entries[1])
    _ = try Self.counts(&scanner, 2...12, "lengths of the longest names")
    definedVariables = try Self.counts(&scanner, 5...12, "common expressions").reduce(0, +)
  }

  /// The non-negative integers of one line.
  private static func counts(
    _ scanner: inout NLScanner, _ wanted: ClosedRange<Int>, _ what: String
  ) throws(ReadError) -> [Int] {
    var numbers: [Int] = []
    while scanner.hasMoreOnLine(), numbers.count < wanted.upperBound {
      numbers.append(try scanner.integer(what, in: 0..<Int(Int32.max)))
    }
    guard numbers.count >= wanted.lowerBound else {
      _ = try scanner.integer("\(wanted.lowerBound) numbers: \(what)")
      return numbers
    }
    try scanner.endLine()
    return numbers
  }

  private mutating func nonlinearGroups() -> [(size: Int, integers: Int)] {
    let both = (nonlinearInBoth, nonlinearIntegersInBoth)
    let rows = (nonlinearInRows - nonlinearInBoth, nonlinearIntegersInRows)
    let beyond = nonlinearInObjectives - nonlinearInBoth
    if nonlinearInObjectives <= nonlinearInRows {
      countsLikeJuMP = beyond > 0
      return [both, (beyond, nonlinearIntegersInObjectives), rows]
    }
    let total = nonlinearInRows + beyond + linearArcs + binaries + integers
    countsLikeJuMP = rows.0 > 0 && !hasRemark && total <= variables
    let size = countsLikeJuMP ? beyond : nonlinearInObjectives - nonlinearInRows
    return [both, rows, (size, nonlinearIntegersInObjectives)]
  }

  /// Kinds by position: the nonlinear groups, then linear variables, and at the end binary and other integer ones.
  var kinds: [VariableKind] {
    var kinds = [VariableKind](repeating: .continuous, count: variables)
    var end = 0
    for (size, integers) in groups {
      end += size
      for j in end - integers..<end { kinds[j] = .integer }
    }
    for j in variables - binaries - integers..<variables { kinds[j] = .integer }
    return kinds
  }
}
