// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's words for its error numbers.
public enum SystemMessage {
  /// For instance `No such file or directory`.
  public static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
