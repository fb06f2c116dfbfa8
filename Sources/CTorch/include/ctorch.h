// libtorch behind a C interface.
#pragma once
