// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// AMPL's `.nl` format: linear, nonlinear and integer problems, as text or binary.
///
///     let file = try NLFile.read(path: "model.nl")
///     file.program                                   // the problem, for every solver
///
/// Rows and variables keep the order of the file, so that positions in a `.sol` file are positions here. External
/// functions, complementarity, logical constraints and special ordered sets in suffixes are refused by name.
/// Source: D. M. Gay, "Writing .nl files", SAND2005-7907P, 2005.
public struct NLFile: Sendable {
  public var program: FormulaProgram
  /// The integers of the first line, which a `.sol` file echoes.
  public var options: [Int] = []
  /// The number behind them, where there is one.
  public var tolerance: Double?
  public var isBinary = false
  /// The number of objectives in the file.
  public var objectiveCount = 0
  /// The objective that was taken, from 0; nil when the file has none or none was wanted.
  public var objective: Int?
  public var suffixes: [NLSuffix] = []
  /// What the reader has to say about choices it made.
  public var notes: [String] = []

  /// The problem in the file at `path`, named by the `.row` and `.col` files beside it where they fit.
  ///
  /// `objective` chooses among several objectives, from 1; 0 wants none, nil the first.
  /// - Throws: `ReadError` with line and column, or the byte in a binary file; `MissingComponent` for a compressed file
  ///   where zlib is missing.
  public static func read(path: String, objective: Int? = nil) throws -> NLFile {
    var file = try parse(try FileBytes.load(path), objective: objective)
    file.takeNames(beside: path)
    if file.program.linear.name.isEmpty {
      file.program.linear.name = String(stem(of: path).split(separator: "/").last ?? "")
    }
    return file
  }

  /// The problem in bytes that are at hand; `path` is what errors call them.
  public static func parse(
    bytes: [UInt8], objective: Int? = nil, path: String = "input"
  ) throws(ReadError) -> NLFile {
    try parse(FileBytes(path: path, content: bytes), objective: objective)
  }

  package static func parse(_ file: FileBytes, objective: Int? = nil) throws(ReadError) -> NLFile {
    try NLScanner.scan(file) { (scanner) throws(ReadError) in
      var reader = try NLReader(&scanner)
      try reader.readSegments(&scanner)
      return try reader.assembled(objective, scanner)
    }
  }

  /// The path without `.nl`, `.nl.gz`.
  package static func stem(of path: String) -> String {
    var stem = path
    for suffix in [".gz", ".nl"] where stem.lowercased().hasSuffix(suffix) { stem.removeLast(suffix.count) }
    return stem
  }

  /// Names from `STUB.col` and `STUB.row`, one a line; files that do not fit leave the numbered names and a note.
  private mutating func takeNames(beside path: String) {
    let stem = Self.stem(of: path)
    if let names = names(stem + ".col", count: program.variableCount, "variables") {
      program.linear.columnNames = NameTable(names)
    }
    if var names = names(stem + ".row", count: program.constraintCount, "rows") {
      let rest = names[program.constraintCount...]
      if let objective, rest.count > objective { program.linear.objectiveName = rest[rest.startIndex + objective] }
      names.removeLast(rest.count)
      program.linear.rowNames = NameTable(names)
    }
  }

  private mutating func names(_ path: String, count: Int, _ what: String) -> [String]? {
    guard let file = try? FileBytes(contentsOf: path) else { return nil }
    var lines = file.bytes.split(separator: 10, omittingEmptySubsequences: false).map {
      String(decoding: $0.last == 13 ? $0.dropLast() : $0, as: UTF8.self)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    let names = lines.prefix(count)
    guard lines.count >= count, !names.contains(""), Set(names).count == count,
      names.allSatisfy({ $0.utf8.count <= ReadLimits.nameBytes })
    else {
      notes.append("\(path) does not hold \(count) different names of \(what); they are numbered instead")
      return nil
    }
    return lines
  }
}
