import type { Phrases } from './phrases.ts';

/** What asks for nothing: one-line descriptions of packages, taken from Debian 12. */
export const descriptions: Phrases = {
  none: {
    'Debian packages': `
tool to manage all your version control repos
computer vision Deep neural network module
Apertium translation data for the Icelandic-Swedish pair
module providing access to subroutine variable names
small console-based utility to perform elementary actions on windows
Text utilities for use with GD
Toolbox for X-Ray data analysis - Documentation
lightweight, unobtrusive, Dvorak-optimized text editor
High-level C++ D-Bus library for Linux in modern C++ (utilities)
CommonMark utility for Docutils and Sphinx projects -- Python 3
Performance Co-Pilot application tracing library and headers
support functions for automated testing; documentation
GNU R Circular Statistics
Base D software building blocks and conventions
recursively merge Hash elements in Ruby
Perl extension to manipulate MAchine Readable Cataloging records
VTK libraries, Qt files
tools for working with Allwinner (sunxi) ARM processors
Display metadata information from PNG images
common files for the GTK graphical user interface library
Empirical stochastic bandwidth tester
bibliography file converter, development kit
Coin-or linear programming solver (documentation)
alternative parser combinator libraries for Haskell
libkdumpfile development libraries and header files
GNU C++ compiler for MinGW-w64, Win32/POSIX
Generate Garmin maps from OpenStreetMap data
ECHO backend module for Business::OnlinePayment
URDF DOM - model library
Adds WIDTH and HEIGHT attributes to IMG tags in HTML files
C++ Object-Relational Mapping (ORM)
original Lempel-Ziv compress/uncompress programs
Perl module for parsing Windows registry files
combinators for building fast hashing functions.
map generator from minetest worlds
electronic lexical database of English language (devel)
RE2 regular expressions for Varnish
Development files of gfal2
module to export monitoring metrics for Prometheus
Samba Virtual FileSystem plugins
command line utility to encode data in barcode symbols
Perl helper module for SQLite-to-ORLite schema migration
Single Sign On framework - development files
Pure-Python PostgreSQL Driver (Python 3)
provides Sidekiq integration for the Sentry error logger
Tools to generate documentation in various formats from DocBook
multithreaded su bruteforcer
INDI server, drivers and tools
Versatile ARP defense daemon
Bridge Pseudo-duplimate generator
Human readable byte formatter
kronosnet core API documentation
GNU R recursive partitioning based on psychometric models
FP array compression library - tools
Yet another error boilerplate library - feature "backtrace"
Packet-oriented connection golan library by simulating TCP
MariaDB common configuration files
get directories of configuration files
Libgpg-error bindings for Rust - Rust source code
Simple work-stealing parallelism for Rust - Rust source code
COIN-OR Cut Generation Library (developer files)
fast password cracking library for zip archives (dev)
Robot OS dynamic-reconfigure library
Node.js module that provides filesystem-like access to tar files
High-performance coordination service for distributed applications
Offer to install missing programs automatically
PDF analysis and manipulation tool
Japanese incremental search tool written in C - library
ZeroMQ binding for the Twisted framework (Python3 version)
Dedicated search plasmoid
INDI driver for Apogee CCDs and Filter Wheels
Perl tools for computational molecular biology
reflect based injector
Haskell framework for generating singleton types; documentation
template system supporting both HTML5 and XML; profiling libraries
components of paths
base library for XMPP based instant messaging and presence
RESTful Perl interface to RT installations
Tool for reading/erasing/flashing FTDI USB chip EEPROMs
Personal dashboard for GNUstep
action game similar to Super Pang
Document (PostScript, PDF) rendering library - Gtk+ widgets
LLVM OpenMP runtime
tintin++ style text-based MUD client
Advanced MATE menu
Virtual package depending on latest PETSc development package
X C Binding, shape extension
Jesusonic FX scripting language for audio DSP (Pure Data)
GNU R Minimal client to access the 'GitHub' 'API'
OpenSCAP schema files
Runtime libraries for klatexformula, development files
ordered set implementation for Python 3
Exact linear programming solver -- shared library
Ruby tool for migrating svn projects to git
installation tracker
Automatic property based testing with shrinking - feature "log"
file manager for the MATE desktop
Swedish desktop
tool to generate a set of .svg files out of a single .svg file
Perl module for testing binary data
Teleboy PVR for Kodi
Theme data for the tagua board-game frontend
OAuth2 authentication for Haskell; profiling libraries
C implementation of the public-key encryption scheme NTRUEncrypt
Raku role to serialise objects to or from JSON
Fixed-Rate Compressed Floating-Point Arrays (Development files)
GDAL add-on tools to perform useful raster processing
WWW browsable pager with excellent tables/frames support
cluster engine notification daemon
Draw samples from a set
Linux Kernel Device Mapper event daemon
Enhanced Markdown template processor (program)
Kurdish KDE Plasma desktop
filtering proxy for ssh-agent
Simplified, lightweight HTTP client library
close gaps in genomic alignments from short reads
Ada binding to the GNU MultiPrecision library: shared library
tiny QuickCheck test library with minimal dependencies; documentation
Redmine plugin to add custom CSS editable through web interface
camera based mouse emulator
Provides syslogd and klogd using busybox
Akima spline interpolation
fast and lightweight proxy that helps you bypass firewalls
calculate and display radio antenna properties
OpenStack Key Management Service - Python files
dns debugging tools
perl module to parse, merge and write Debian copyright files
metapackage depending on all PostgreSQL server packages
XML parsing C library - development kit
multimedia library for game development
ActiveMQ ActiveIO protocol implementation framework - documentation
transparent wrapper around Clojure's map types
Bio++ Phylogenetics library: genomics components (development files)
shift and scale time Perl module
macromolecular superposition library - development files
GNU C++ compiler for the mips64 architecture
JavaScript unobfuscator and beautifier
GAP TomLib - The GAP Library of Tables of Marks
Mobile Robot Programming Toolkit - config development package
MIME mail parsing and generation library (documentation)
ZXing Java SE extensions
Chinese (Taiwan) language package for Thunderbird
streamlined C++ linear algebra library - Headers
Gambas sqlite3 driver database
forward error correction erasure channel library - development files
Mono LDAP library (for CLI 4.0)
Tool for displaying debug information about Robot OS - Python 3
Hebrew dictionary for myspell
DEC SIXEL graphics codec implementation (binary)
portable API for OpenGL graphical interfaces (headers)
Robot OS robot_state_publisher listener library
viewer for the systemd journal
library for stochastic optimization problems (development package)
Emacs major mode for editing comma, char, and tab separated values
Haskell data type for intervals; documentation
Linux driver for Sys::Info
fixed-width grey skin for MediaWiki
bootstrap for rails projects
HTML, XHTML, CSS, JavaScript optimizer for Python3
Collection of esperanto fortunes (ISO3 encoding).
library to interface with the wiimote
writer monad for multi-line string literals; documentation
GNU R Multi-state Markov and hidden Markov models in continuous time
library for reading and converting Apple Keynote presentations
gruesomely over-featured inetd replacement
Heat map charting library for Java (documentation)
Desktop entries for MESS ROMs
rasterio xarray extension
module for injecting components into Catalyst applications
high level abstractions over Golang reflect library
OpenSSL network support for io-streams
Makes a whopping great postscript file from an image and a text
HTTP Cache-Control Parser and Interpretation
network UPS tools - documentation
IO libraries for the NIfTI-1 data format (development)
build pipelines to manage continuous streams of data
system load monitor plugin for the Xfce4 panel
dictionary of file extensions and associated module loaders
Complete solution for Node.js command-line interfaces
Inflate/deflate columns to Path::Class::File objects
Manage Massive Matrices with Shared Memory and Memory-Mapped Files
Tool and library for manipulating LilyPond files (Python 3)
Invoke callbacks on construction of entersub OPs for certain CVs
turns other processes into daemons
DAV protocol implementation with KJobs
W3C XML Schema regular expressions library; documentation
collection of useful extensions to the Sinatra web framework
types for Casa; documentation
Lightweight RPC library based on XML and HTTP [C++ runtime libraries]
perl implementation of the phrasebook paradigm
Qt-based XMPP client (basic version)
FastJet plugins - development files
Go library to serve embedded binary files with net/http
disk formatter for USB floppy drives
APT configuration for automatic cache updates
PDF rendering library (GLib-based shared library)
GNU CLISP module that adds an interface to FastCGI
Debian-Installer netboot assistant
MonoDoc http based viewer
assign files to Emacs projects, programmatically
Color picker tool for deepin
TinyXML2 library - header and static library
Small Angle Scattering Analysis
open client for various network vendors SSL VPNs - shared library
fast alternative implementation of Python 3.x - PyPy venv module
Leg development files for the Lua language
Next generation, high-performance debugger, python lib
generic font configuration library - dummy package
Gaussian Mixture Modelling for Model-Based Clustering
utility functions for the X resource manager
COARDS-compliant time parser (Python 3)
locates BER-encoded RSA private keys in memory images
AST with PEP 484 type comments support
configuration macro for simplifying your .emacs
Flash programmer for Renesas M16C and R8C microcontrollers
module providing a PerlIO layer to gzip/gunzip
Messages relating to Robot OS trajectory, Python 3 interface
simple patterns for matching Step Definitions
Library of callable ftp routines
X event recorder/replayer - command-line flavor
Java class (.class) file assembler
zlib (gzip, deflate) compatible compressor
Documentation for Apache Felix Gogo Runtime bundle
country/language names and 2-letter-code pairs, in 85 languages
OpenGL-based image visualizer
ARC GridFTP server
common java library used to support other developments
Virtual network computing; Common software needed by servers
Bindless library for manipulating terminals - Rust source code
Swedish (Sweden) language package for Firefox ESR
Perl module for using and building Perl SAX2 XML processors
Qt 6 WebChannel library
Gambas charting component
GNU R helper to compile LaTeX documents
Software for Semidefinite Programming
fast, nimble PDF generation library for Ruby (documentation)
QGIS - architecture-independent data
configuration file (.ini) parser
module to convert binary into ASCII-armoured messages
Unicode en-/decoding functions
object-oriented framework for large-scale problems - documentation
community-inspired Perl::Critic policies
split RAW image format access library -- Utilities
Control monitor settings - Standalone command line application
Fast, high-capacity, identifier database tool
require all files in a directory
Xorg X server - development files
LV2 audio plugin specification (example plugins)
client for the Secure File Transfer Protocol
Debian New Maintainers' Guide (Spanish)
lightweight cross platform GUI library written in C++
POP3 server supporting Maildir, PAM, vhosting
OpenGL window and compositing manager - Gtk window decorator
PSK31 terminal application with text-based user interface
Java library for persisted low latency messaging
General-Purpose Mail Filter
DVB streaming application
Fast resource indexing for ROS 2 packages (Python 3 module)
Python Tools for Radio Beam IO and Manipulation
allows Emacs Ido to use the flx sorting algorithm
use fprintf and friends in C++ - shared library
VHDL compiler/simulator (LLVM backend)
Coin-or collection of utility classes (binaries and libraries)
deconstruct APNG file into a sequence of PNG frames
icon SVG files from emelfm2 project
Debian Edu logic games
Python client for SoftLayer API (Python 3)
configuration applets for Budgie - data files
PHP parser written in Python 3 using PLY
Russian man pages
convert GeoJSON to/from WKT/WKB (Python)
JavaScript library for reorderable drag-and-drop lists
BioPerl interface to the Entrez Programming Utilities (E-utilities)
Spanish KDE Plasma desktop
drug-dealing game set in streets of New York City
Artifact transport abstraction used in Maven (file provider)
MuseScore 2 (music composition and notation) shared files
extensible deep packet inspection library - ndpiReader
3D billiards game - data files
Example programs for libadwaita
Qt 5 gamepad module
Haskell bindings to setlocale
OFX client for dowloading transactions from banks
X Window System (X.Org) infrastructure
luabind c++ binding for Lua: static library and headers
Real-time System & Event Log Monitoring System
Common UNIX Printing System(tm) - BSD commands
GNOME Video Effects - frei0r plugins
GNU Objective-C compiler for the x32 architecture
Tulip graph library - OGDF runtime
fuzzy hashing library - Python3 module
typed XML in OCaml (documentation)
Messages relating to Robot OS shape, Python 3 interface
Regex engine for Go based on the .NET engine
Astrometry plate solver
Perl module for Least-Recently Used cache
GNU C preprocessor (cpp) for the i386 architecture
utility to monitor Linux input device events
library for creating RPM repository metadata
create stop-motion animations
ParaType font collection for the languages of Russia
Heimdal Kerberos - Multi-implementation Development
Automatic generation of proofs of arithmetic properties
Illuminate HTTP library component for PHP
Debian Science Numerical Computation packages
Small tool to capture packets from wlan devices
mock out responses from the requests package - Python 3.x
fast and secure messaging application
standard plugins for Evolution (bogofilter)
anti-terrorist, pro-Eunuchs, satellite sniping game
python3 library of color names and value formats
high speed stand alone pan genome pipeline
Perl data structure browser
perl web scraping library like jQuery
place markers on maps at given coordinates
toolkit of awesome Sass stuff
Qt 5 System Info QML module
Celluloid expansion, testing, and example classes
visualization addon for Nagios or Icinga
Vulkan validation layers -- development files
GNU R package interfacing the QuantLib finance library
Network configuration scripts for VPNC and OpenConnect
TrueType Font library for Simple DirectMedia Layer 1.2, libraries
repairs broken pcap and pcapng files
Data Plane Development Kit (librte-bus-vmbus runtime library)
OpenGL window and compositing manager
Debug symbols for linux-image-6.1.0-50-cloud-amd64
X2Go Session Broker (PAM authentication service)
Apache Portable Runtime Utility Library
GNU Internationalization utilities for the base system
Grid Community Toolkit - Simple CA Utility
Illuminate Macroable component for PHP
serialize and deserialize JSON data into hstore format
Qt5 GUI component toolkit for Inventor - development
JSON Document manipulation library - Node.js library
Benchmark generator for the IDseq Portal
fiber aware EventMachine libraries
cursor movement and graphics - Python 3
Suggest installation of packages in interactive bash sessions
KDE PIM Mime Tree parser library - devel files
simple interprocess messaging system (system bus configuration)
shared library for handling ALSA topology definitions
Erlang/OTP module for unit testing
Perl extension for the automatic generation of LaTeX tables
module for json that supports comments
fail Python program unit tests unless they test everything
tesseract-ocr language files for Galician
Perl module to authenticate a Yubikey against the Yubico Web API
Molecular Dynamics Simulator
Debugging libraries for PETSc
n-dimensional interpolation for Octave
Safely obfuscate the string 'ActiveX' inside of JavaScript code
Checks for various conditions and provides reports
Tools for QtXdg
Rcpp bindings for Annoy (approximate nearest neighbors)
embed data in a Go program - library package
lightweight system monitoring tool
simple desktop client for pump.io, the distributed social network
filesystem activity monitoring tool
simple interface to simulate mathematical epidemic models in Python3
Smart card utilities with support for PKCS#15 compatible cards
GNU R visualization of intersecting sets
display a volume knob
Tryton application platform - account statement coda module
Utility for writing multi-host tests for pytest (Python 3)
Japanese incremental search tool written in C - binary
package of programs for inferring phylogenies
Qt 6 QML XmlListModel library
Maven metadata for all Apache Software projects
fast base64 encoding/deconding for ByteStrings; documentation
Debian Pure Blends common files for developing metapackages
Persistent Memory block array support library — debug build
light command line download accelerator
Simple but powerful template language for C++ - development files
Azure Command-Line Interface (CLI)
module providing XS implementation for List::SomeUtils
Earth Observation System extensions to HDF4
Starlark implementation of protocol buffer rules in Bazel
maintenance and search tools for a Xapian index of Debian packages
Chinese (China) language package for Thunderbird
Regexp::Common extension for matching e-mail addresses
set of small, responsive Sass and CSS modules
Perl module for code refactoring
GNU R Modular Leaf Ordering Methods for Dendrogram Nodes
Mono Accessibility library (for CLI 4.0)
Pd-objects for string manipulation
jQuery resize (doc)
Gio wrapper for Qt5 (documentation files)
API documentation for python3-network
Rust bindings for libclang - feature "libloading" and 1 more
binding to the iw library; profiling libraries
Italian-Modern Greek dictionary for the dict server/client
Safer binding to dynamic library loading utilities - Rust source code
OpenPrinting CUPS Filters - Font Embed Shared library
Common header files for Linux 6.1.0-53
menu library for Xfce (GTK3 library)
base applications from the official KDE release (metapackage)
Ukrainian development manpages
Robust, expressive, and feature-rich CSS superset - Node.js module
Library with functions to iterate through the Crossref API (Python 3)
Python bindings for Qt5 Sql module (Python 3)
partial port of Python difflib package to Go
Development files for libcifpp
generic async RPC implementation, including JSON-RPC (documentation)
Perl event callback interface
Mono Tasklets library (for CLI 4.0)
Apertium translation data for the Occitan-Spanish pair
Various OpenPGP related tools
Visualization tool for Git repositories (executable)
Promisify a callback-based function
Incremental file directory sync tools (library)
versatile DVD ripper and video transcoder (command line)
Easily generate and process stateful CGI forms
Word Completion plugin for gedit
beautiful, minimal theme for jekyll
Robot OS Python 3 bindings for QT
source code editor component for wxWidgets
RSpec plugin to skip specs for given Ruby versions
BibTeX Converter
in-memory cache application for Erlang / Elixir apps
development files for libmousepad
Contains every ECMA-262 edition 5.1 grammatical production
Simulation Description Format (SDF) parser - SDF files
web server of the Ocsigen project
Java WebSocket API
handle merging of nested data structures in Python
Python3 interface for openems
Greek language package for Thunderbird
Symbolic manipulation system
debconf documentation
simple index/database for huge amounts of small files
Math interoperability standard types - Rust source code
Progressive Graphics File (PGF) library - runtime files
Intel Media SDK -- tools
OpenSSL Encryption backend for Hiera
lightweight notification daemon for Wayland compositors
OpenStack backup restore and disaster recovery service - doc files
Matlab compatible NetCDF interface for Octave
modular Java/J2EE application framework - JMS tools
Python package installer
embeddable mawk lib
Kinematics and Dynamics Library runtime
XMPP Perl library
check multiple mailboxes/maildirs for mail
Puppet module for creating local email aliases
GNOME configuration database system (shared libraries)
`,
  },
};
