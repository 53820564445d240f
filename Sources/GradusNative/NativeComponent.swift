// SPDX-License-Identifier: Apache-2.0

/// A native library that Gradus opens when it is there, or a program that it starts: its names, its licence, and what is lost without it.
public struct NativeComponent: Sendable, Hashable {
  /// The name users know it by.
  public var name: String
  /// File names, best first; none for a program.
  public var libraries: [String]
  /// What it does here.
  public var purpose: String
  /// What is slower or missing when it is not found.
  public var without: String
  /// SPDX identifier.
  public var licence: String
  /// The command that installs it.
  public var install: String

  public init(
    name: String, libraries: [String], purpose: String, without: String, licence: String, install: String
  ) {
    self.name = name
    self.libraries = libraries
    self.purpose = purpose
    self.without = without
    self.licence = licence
    self.install = install
  }

  /// Opens the library, or says what is missing and how to get it.
  public func open(_ search: LibrarySearch) throws(MissingComponent) -> NativeLibrary {
    if let library = NativeLibrary.open(search.candidates(for: libraries)) { return library }
    throw missing(because: "not found")
  }

  /// The error for this component.
  public func missing(because cause: String) -> MissingComponent {
    MissingComponent(name: name, cause: cause, purpose: purpose, remedy: install)
  }
}

/// A native library is needed and cannot be used. The command line ends with exit code 5.
public struct MissingComponent: Error, Sendable, Hashable, CustomStringConvertible {
  public var name: String
  /// Not found, too old, or lacking a function.
  public var cause: String
  public var purpose: String
  /// The command that installs it.
  public var remedy: String

  public init(name: String, cause: String, purpose: String, remedy: String) {
    self.name = name
    self.cause = cause
    self.purpose = purpose
    self.remedy = remedy
  }

  public var description: String {
    "\(name) is needed for \(purpose), but was \(cause). Install it with '\(remedy)', "
      + "or name its folder in GRADUS_LIBRARY_PATH."
  }
}

extension NativeComponent {
  public static let highs = NativeComponent(
    name: "HiGHS", libraries: ["libhighs.so.1", "libhighs.so", "libhighs.dylib"],
    purpose: "linear and mixed-integer programs",
    without: "the method 'highs' is missing: mixed-integer programs cannot be solved",
    licence: "MIT", install: "python3 -m pip install highsbox")

  public static let zlib = NativeComponent(
    name: "zlib", libraries: ["libz.so.1", "libz.so", "libz.1.dylib"],
    purpose: "gzip-compressed files",
    without: "files ending in .gz can be neither read nor written",
    licence: "Zlib", install: "apt-get install zlib1g")

  public static let openBLAS = NativeComponent(
    name: "OpenBLAS", libraries: ["libopenblas.so.0", "libopenblas.so", "libopenblas.0.dylib", "libopenblas.dylib"],
    purpose: "dense linear algebra (BLAS and LAPACK)",
    without: "dense factorizations use kernels in plain Swift, which are slower from about 100 rows on",
    licence: "BSD-3-Clause", install: "apt-get install libopenblas0")

  public static let sqlite = NativeComponent(
    name: "SQLite", libraries: ["libsqlite3.so.0", "libsqlite3.so", "libsqlite3.dylib"],
    purpose: "studies in a SQLite database",
    without: "storages 'sqlite:FILE' cannot be opened; journal files can",
    licence: "blessing", install: "apt-get install libsqlite3-0")

  public static let libpq = NativeComponent(
    name: "libpq", libraries: ["libpq.so.5", "libpq.so", "libpq.5.dylib", "libpq.dylib"],
    purpose: "studies in a PostgreSQL database",
    without: "storages 'postgresql://…' cannot be opened; journal files can",
    licence: "PostgreSQL", install: "apt-get install libpq5")
}
