// SPDX-License-Identifier: Apache-2.0

/// Files of observations: `.svm` (LIBSVM) and `.csv`, also with `.gz`.
public enum DataFile {
  /// The formats by extension.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// The sparse text format of LIBSVM.
    case svm
    /// Numbers parted by commas, semicolons or tabs, the target last.
    case csv

    /// By the extension of a path; nil for a foreign one.
    public init?(path: String) { self.init(rawValue: ModelFile.fileExtension(of: path).format) }
  }

  /// The observations in the file at `path`.
  ///
  /// - Throws: `ReadError` with the place of the mistake; `MissingComponent` for a compressed file where zlib is missing.
  public static func read(path: String) throws -> DataTable {
    guard let format = Format(path: path) else {
      throw ReadError(
        file: path, cause: "the extension is unknown", expected: "one of .svm, .csv, each also with .gz")
    }
    return try read(try FileBytes.load(path), format)
  }

  /// The observations in a text that is at hand; `path` is what errors call it.
  public static func parse(text: String, format: Format, path: String = "input") throws(ReadError) -> DataTable {
    try read(FileBytes(path: path, text: text), format)
  }

  package static func read(_ file: FileBytes, _ format: Format) throws(ReadError) -> DataTable {
    switch format {
    case .svm: try LIBSVMReader.read(file)
    case .csv: try CSVReader.read(file)
    }
  }
}
