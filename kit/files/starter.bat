@echo off
chcp 932 >nul
pushd "%~dp0"
setlocal EnableDelayedExpansion
set "TORIMATOME_DROPPED=!cmdcmdline!"
setlocal DisableDelayedExpansion
if not exist "部品\start.py" goto unpacked
if exist "部品\python\python.exe" goto inside
py -@PYTHON@ -c "" >nul 2>nul
if not errorlevel 1 goto launcher
python -c "import sys; sys.exit('%%d.%%d' %% sys.version_info[:2] != '@PYTHON@')" >nul 2>nul
if not errorlevel 1 goto found
goto none
:inside
"部品\python\python.exe" -I "部品\start.py" @TASK@
exit
:launcher
py -@PYTHON@ -I "部品\start.py" @TASK@
exit
:found
python -I "部品\start.py" @TASK@
exit
:unpacked
echo 部品が見つかりません。届いた zip を右クリックして「すべて展開」してから、展開したフォルダの中で実行してください。
pause >nul
exit
:none
echo Python @PYTHON@ が見つかりません。「はじめにお読みください」の「Python について」をご覧ください。
echo 何かキーを押すと、この画面を閉じます。
pause >nul
exit
